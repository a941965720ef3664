"""The commands of managers: add, list, disable, enable, password.

Like the other commands, they import what they need themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from dashboard.commands.console import accounts, password_in, stop

if TYPE_CHECKING:
    from sqlalchemy import Engine

_PASSWORD_FILE = click.option(
    "--password-file",
    type=click.File(encoding="utf-8"),
    help="Read the password from this file (- for standard input) rather than ask for it.",
)


@click.group(name="manager")
def manager_group() -> None:
    """Who may sign in: managers by e-mail address."""


@contextmanager
def _accounts() -> Iterator["Engine"]:
    """The accounts database; stops with what is wrong where a manager cannot be added or changed so."""
    from data.managers import LONGEST_PASSWORD, SHORTEST_PASSWORD, ManagerProblem

    said = {
        "email": "This is no e-mail address: {}",
        "password": f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} letters. Nothing was changed.",
        "taken": "There is a manager {} already. `score-dashboard manager password` sets a new password.",
        "unknown": "There is no manager {}. `score-dashboard manager list` names them.",
    }
    try:
        with accounts() as engine:
            yield engine
    except ManagerProblem as problem:
        stop(said[problem.reason].format(problem.detail))


def _asked_for(file: TextIO | None) -> str:
    """A password from a file, without its line's end; else asked for twice, unseen."""
    if file is not None:
        return password_in(file)
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


@manager_group.command()
@click.argument("email")
@click.option("--single-sign-on", is_flag=True, help="No password: comes by the organisation's account alone.")
@_PASSWORD_FILE
def add(email: str, *, single_sign_on: bool, password_file: TextIO | None) -> None:
    """Let someone sign in; asks for a password twice."""
    from data import managers

    if single_sign_on and password_file:
        raise click.UsageError("--single-sign-on is for someone without a password: leave --password-file out.")
    with _accounts() as engine:
        added = managers.add(engine, email, None if single_sign_on else _asked_for(password_file))
    click.echo(f"{added.email} may sign in{' by single sign-on' if single_sign_on else ''}.", err=True)


@manager_group.command(name="list")
def list_() -> None:
    """Write every manager: address, way in, state, since when."""
    from data import managers

    with _accounts() as engine:
        known = managers.managers(engine)
    for each in known:
        way = "password" if each.has_password else "single-sign-on"
        click.echo("\t".join((each.email, way, "disabled" if each.disabled else "active", f"{each.made_at:%Y-%m-%d}")))
    if not known:
        click.echo("There is no manager yet: `score-dashboard manager add EMAIL` makes the first.", err=True)


@manager_group.command()
@click.argument("email")
def disable(email: str) -> None:
    """Let a manager in no more; whoever is signed in is out at the next click."""
    from data import managers

    with _accounts() as engine:
        managers.disable(engine, email)
    click.echo(f"{email} may not sign in any more and is signed out everywhere.", err=True)


@manager_group.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled manager in again."""
    from data import managers

    with _accounts() as engine:
        managers.enable(engine, email)
    click.echo(f"{email} may sign in again.", err=True)


@manager_group.command()
@click.argument("email")
@_PASSWORD_FILE
def password(email: str, *, password_file: TextIO | None) -> None:
    """Set a new password and sign the manager out everywhere."""
    from data import managers

    with _accounts() as engine:
        managers.by_email(engine, email)  # before anyone types a password for nobody
        managers.set_password(engine, email, _asked_for(password_file))
    click.echo(f"{email} has a new password and is signed out everywhere.", err=True)
