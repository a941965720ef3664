"""The commands of managers: add, list, disable, enable, password.

Imports are inside the functions, so that `--help` is fast.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from dashboard.commands.console import accounts, read_password_file, stop

if TYPE_CHECKING:
    from sqlalchemy import Engine

_PASSWORD_FILE = click.option(
    "--password-file",
    type=click.File(encoding="utf-8"),
    help="Read the password from this file (- for standard input) rather than ask for it.",
)


@click.group(name="manager")
def manager_group() -> None:
    """Managers: the people who may sign in, by e-mail address."""


@contextmanager
def _accounts() -> Iterator["Engine"]:
    """The accounts database for the block. Stops with a message if a manager cannot be added or changed."""
    from data.managers import LONGEST_PASSWORD, SHORTEST_PASSWORD, ManagerProblem

    messages = {
        "email": "This is no e-mail address: {}",
        "password": f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} letters. Nothing was changed.",
        "taken": "There is a manager {} already. `score-dashboard manager password` sets a new password.",
        "unknown": "There is no manager {}. `score-dashboard manager list` names them.",
    }
    try:
        with accounts() as engine:
            yield engine
    except ManagerProblem as problem:
        stop(messages[problem.reason].format(problem.detail))


def _read_password(file: TextIO | None) -> str:
    """The password from a file; without a file, from a prompt that asks twice and hides the input."""
    if file is not None:
        return read_password_file(file)
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


@manager_group.command()
@click.argument("email")
@click.option("--single-sign-on", is_flag=True, help="No password: comes by the organisation's account alone.")
@_PASSWORD_FILE
def add(email: str, *, single_sign_on: bool, password_file: TextIO | None) -> None:
    """Add a manager; asks for a password twice."""
    from data import managers

    if single_sign_on and password_file:
        raise click.UsageError("--single-sign-on is for someone without a password: leave --password-file out.")
    with _accounts() as engine:
        manager = managers.add(engine, email, None if single_sign_on else _read_password(password_file))
    click.echo(f"{manager.email} may sign in{' by single sign-on' if single_sign_on else ''}.", err=True)


@manager_group.command(name="list")
def list_() -> None:
    """List every manager: address, way of sign-in, state, date of adding."""
    from data import managers

    with _accounts() as engine:
        all_managers = managers.managers(engine)
    for each in all_managers:
        way = "password" if each.has_password else "single-sign-on"
        click.echo("\t".join((each.email, way, "disabled" if each.disabled else "active", f"{each.made_at:%Y-%m-%d}")))
    if not all_managers:
        click.echo("There is no manager yet: `score-dashboard manager add EMAIL` makes the first.", err=True)


@manager_group.command()
@click.argument("email")
def disable(email: str) -> None:
    """Disable a manager, who is signed out at the next click."""
    from data import managers

    with _accounts() as engine:
        managers.disable(engine, email)
    click.echo(f"{email} may not sign in any more and is signed out everywhere.", err=True)


@manager_group.command()
@click.argument("email")
def enable(email: str) -> None:
    """Enable a disabled manager."""
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
        managers.by_email(engine, email)  # before a password is typed for an unknown manager
        managers.set_password(engine, email, _read_password(password_file))
    click.echo(f"{email} has a new password and is signed out everywhere.", err=True)
