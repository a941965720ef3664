"""The command of the privacy key: say which one there is, make it, or make another.

Like the other commands, it imports what it needs itself.
"""

import sys

import click

from dashboard.commands.console import accounts, stop


@click.command(name="privacy-key")
@click.option("--renew", is_flag=True, help="Make another key. Every link ends for good.")
@click.option("--yes", is_flag=True, help="Do not ask before.")
def privacy_key_command(*, renew: bool, yes: bool) -> None:
    """Write when the privacy key was made, and its fingerprint; make the key where there is none.

    Numbers are rounded under it for whoever comes by a link with a threshold. The key itself is never shown.
    """
    from data.privacy import key

    with accounts() as engine:
        if renew:
            if not yes:
                _ask()
            made = key.renew(engine)
            ended = key.ended_by(engine, made)
            click.echo(f"The key is a new one. {ended} link{'s' * (ended != 1)} ended.", err=True)
        else:
            known = key.read(engine)
            made = known or key.make(engine)
            if known is None:
                click.echo("There was no key: one was made.", err=True)
    click.echo(f"made        {made.made_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"fingerprint {made.fingerprint}")


def _ask() -> None:
    """Stop unless somebody at a terminal says yes."""
    if not _at_terminal():
        stop("A new key ends every link for good, so it is asked for at a terminal, or by --yes. Nothing was changed.")
    if not click.confirm("A new key ends every link for good. Make it?", err=True):
        stop("Nothing was changed.")


def _at_terminal() -> bool:
    return sys.stdin.isatty()
