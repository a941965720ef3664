"""The command of the privacy key: show it, make it, or replace it.

Imports are inside the functions, so that `--help` is fast.
"""

import sys

import click

from dashboard.commands.console import accounts, stop


@click.command(name="privacy-key")
@click.option("--renew", is_flag=True, help="Make another key. Every link ends for good.")
@click.option("--yes", is_flag=True, help="Do not ask before.")
def privacy_key_command(*, renew: bool, yes: bool) -> None:
    """Show the time and the fingerprint of the privacy key. Make the key if there is none.

    The key is used to round numbers for viewers with a threshold. It is never shown itself.
    """
    from data.privacy import key

    with accounts() as engine:
        if renew:
            if not yes:
                _confirm()
            made = key.renew(engine)
            ended = key.ended_by(engine, made)
            click.echo(f"The key is a new one. {ended} link{'s' * (ended != 1)} ended.", err=True)
        else:
            existing = key.read(engine)
            made = existing or key.make(engine)
            if existing is None:
                click.echo("There was no key: one was made.", err=True)
    click.echo(f"made        {made.made_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"fingerprint {made.fingerprint}")


def _confirm() -> None:
    """Stop unless a person at a terminal confirms."""
    if not _at_terminal():
        stop("A new key ends every link for good, so it is asked for at a terminal, or by --yes. Nothing was changed.")
    if not click.confirm("A new key ends every link for good. Make it?", err=True):
        stop("Nothing was changed.")


def _at_terminal() -> bool:
    return sys.stdin.isatty()
