"""The command that makes the database role of the web process.

Imports are inside the functions, so that `--help` is fast.
"""

import secrets
from typing import TYPE_CHECKING, TextIO

import click

from dashboard.commands.console import read_password_file, stop
from dashboard.settings import SettingsProblem, database_url, statement_seconds

if TYPE_CHECKING:
    from data.storage.database_roles import Granted


@click.command()
@click.option("--role", default="score_web", show_default=True, help="The name of the role.")
@click.option(
    "--password-file",
    type=click.File(encoding="utf-8"),
    help="Read its password from this file (- for standard input) rather than make one up.",
)
@click.option("--new-password", is_flag=True, help="Make up another password for a role that is there already.")
def grant(role: str, *, password_file: TextIO | None, new_password: bool) -> None:
    """Make or update the database role of the web process. It can read the results and change nothing.

    Run this as the role that loads, if it may make roles, else as an administrator (SCORE_DATABASE_URL). A new role
    gets a password, printed once.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    from data.storage import database, database_roles

    address = database_url()
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        click.echo("Nothing to do: the web process opens a SQLite file so that it can only read it.", err=True)
        return
    if url.get_backend_name() != "postgresql":
        stop(f"Only PostgreSQL has roles this command knows how to make, not {url.get_backend_name()}.")
    engine = database.writing_engine(address)
    try:
        password = read_password_file(password_file) if password_file else None
        generated = password is None and (new_password or not database_roles.exists(engine, role))
        if generated:
            password = secrets.token_urlsafe(24)
        granted = database_roles.grant(engine, role, seconds=statement_seconds(), password=password)
    except database_roles.GrantProblem as problem:
        stop(_error_message(problem.reason, role, problem.detail))
    except (SQLAlchemyError, SettingsProblem) as error:
        denied = getattr(error.__cause__, "sqlstate", None) == "42501"
        advice = "\nRun this as a role that may make roles, for example an administrator." if denied else ""
        stop(f"Nothing was changed: {error.__cause__ or error}{advice}")
    finally:
        engine.dispose()
    _print_result(granted, statement_seconds(), password is not None)
    if generated:
        click.echo(url.set(username=role, password=password).render_as_string(hide_password=False))
        click.echo("This is the SCORE_DATABASE_URL of the web process. Its password is not shown again.", err=True)


def _print_result(granted: "Granted", seconds: float, new_password: bool) -> None:
    state = "is made" if granted.made else "was there and is brought up to date"
    tables = f"{len(granted.tables)} tables in schema {granted.schema} and those {granted.owner} makes there later"
    stopped = f"stopped after {seconds:g} seconds" if seconds else "never stopped"
    lines = [
        f"Role {granted.role} {state}{', with a new password' if new_password and not granted.made else ''}.",
        f"It may connect to {granted.database}, and read {tables}.",
        f"Its transactions are read-only; its statements are {stopped}.",
    ]
    if granted.open_schema:
        lines.append(
            f"Everybody may make tables there. To end that: REVOKE CREATE ON SCHEMA {granted.schema} FROM PUBLIC"
        )
    click.echo("\n".join(lines), err=True)


def _error_message(reason: str, role: str, detail: str) -> str:
    messages = {
        "empty": "There are no results in this database yet: run `score-dashboard load PATH` first.",
        "itself": f"{role} is the role that loads. Name another one for the web process: --role NAME",
        "powerful": f"{role} is there already and may make roles or databases. Name another one: --role NAME",
        "writes": f"{role} would be allowed more than to read ({detail}), by another role it belongs to or by what"
        " everybody may. Take that away first, or name another role: --role NAME",
        "lacks": f"{role} would not be able to read {detail}: run this as the role that owns the tables.",
    }
    return f"{messages[reason]}\nNothing was changed."
