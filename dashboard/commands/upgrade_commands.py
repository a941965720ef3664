"""The command that brings both databases, results and accounts, up to date.

Imports are inside the functions, so that `--help` is fast.
"""

import sys
from typing import TYPE_CHECKING

import click

from dashboard.commands.console import stop
from dashboard.settings import accounts_url, database_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    Upgrade = Callable[[Engine], int | None]


@click.command(name="upgrade")
def upgrade_command() -> None:
    """Upgrade the databases of an older version: the results and the accounts.

    Each is changed whole or not at all. Exits with status 1 if one was made by a newer version.
    """
    from data.storage import accounts_migrations, database, migrations

    results, accounts = database_url(), accounts_url()
    if not (database.exists(results) or database.exists(accounts)):
        stop(f"There is no database at {results}, and none at {accounts}.")
    succeeded = [
        _upgrade("results", results, migrations.upgrade),
        _upgrade("accounts", accounts, accounts_migrations.upgrade, _report_waiting_links),
    ]
    if not all(succeeded):
        sys.exit(1)


def _upgrade(name: str, address: str, upgrade: "Upgrade", then: "Callable[[Engine], None] | None" = None) -> bool:
    """Upgrade a database, if it exists, and print the result; False if it failed."""
    from sqlalchemy.exc import SQLAlchemyError

    from data.storage import database
    from data.storage.accounts import AccountsProblem
    from data.storage.database import DatabaseProblem

    if not database.exists(address):
        click.echo(f"{name}: there is no database at {address}", err=True)
        return True
    engine = database.writing_engine(address)
    try:
        version = upgrade(engine)
        click.echo(f"{name}: {f'brought up to date from version {version}' if version else 'nothing to do'}", err=True)
        if then:
            then(engine)
    except (AccountsProblem, DatabaseProblem) as problem:
        newer = problem.reason == "newer"
        message = (
            "made by a newer version of this software: start that one" if newer else "cannot be brought up to date"
        )
        click.echo(f"{name}: {message} ({problem.detail or problem.reason})", err=True)
        return False
    except SQLAlchemyError as error:
        click.echo(f"{name}: cannot be brought up to date, nothing was changed: {error.__cause__ or error}", err=True)
        return False
    finally:
        engine.dispose()
    return True


def _report_waiting_links(engine: "Engine") -> None:
    """Print the links that show nothing until they get an edition. Makes the privacy key if links need it."""
    from data.links import share_links
    from data.privacy import key
    from data.storage.accounts_migrations import waiting
    from data.storage.database import now

    key_needed = any(
        each.terms.threshold and each.state(now()) in ("active", "paused") for each in share_links.links(engine)
    )
    if key_needed and key.read(engine) is None:
        made = key.make(engine)
        click.echo(f"accounts: a privacy key was made for the links that round counts ({made.fingerprint})", err=True)
    numbers = [str(each) for each in waiting(engine)]
    if not numbers:
        return
    *others, last = numbers
    subject = f"Links {', '.join(others)} and {last} wait" if others else f"Link {last} waits"
    move = "`score-dashboard link move NUMBER EDITION`"
    click.echo(
        f"{subject} for an edition: nothing is shown until a manager gives one, on Share or by {move}.", err=True
    )
