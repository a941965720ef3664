"""The commands of batches: what was loaded when and by whom, and rolling one of them back.

Like the other commands, they import what they need themselves.
"""

from typing import TYPE_CHECKING

import click

from dashboard.commands.console import build_embedded, reading, stop
from dashboard.settings import database_url

if TYPE_CHECKING:
    from data.storage.batches import Batch

MOST_NAMED = 20
"""So many rows that stand in the way are named."""


@click.command(name="batches")
def batches_command() -> None:
    """List the batches, the latest first: number, when, rows added and changed, file, by whom, what became of it."""
    from data.records import Record
    from data.storage import database
    from data.storage.batches import batches

    address = database_url()
    build_embedded(address)
    record = Record(address)
    with reading():
        record.catalogue()  # says what is wrong with a database that cannot be read
        with database.snapshot(record.engine) as connection:
            for each in batches(connection):
                click.echo(_line(each))


def _line(each: "Batch") -> str:
    parts = [
        str(each.number),
        f"{each.loaded_at:%Y-%m-%d %H:%M} UTC",
        f"{each.added} added, {each.changed} changed",
        each.origin,
        f"by {each.loaded_by}" if each.loaded_by else "",
        f"rolls back {each.undoes}" if each.undoes else "",
        f"rolled back by {each.undone_by}" if each.undone_by else "",
    ]
    return "\t".join(part for part in parts if part)


@click.command(name="rollback")
@click.argument("number", type=int)
def rollback_command(number: int) -> None:
    """Put the rows that batch NUMBER touched back to what they were; a roll-back can itself be rolled back."""
    from data.editions.record_changes import written_key
    from data.loading import LoadProblem
    from data.loading.writes.rolling_back import RollbackProblem, rollback
    from data.storage import database

    engine = database.writing_engine(database_url())
    try:
        done = rollback(engine, number)
    except RollbackProblem as problem:
        rows = [
            f"{each.table}: {written_key(each.key)}" + (f" (batch {each.batch})" if each.batch else "")
            for each in problem.rows[:MOST_NAMED]
        ]
        more = len(problem.rows) - len(rows)
        stop("\n".join([problem.english, problem.chinese, *rows, *([f"… and {more} more"] if more else [])]))
    except LoadProblem as problem:
        stop(f"{problem.english}\n{problem.chinese}")
    finally:
        engine.dispose()
    rows_done = sum(counts.added + counts.changed for counts in done.tables.values())
    click.echo(f"Batch {number} is rolled back: {rows_done} rows, by batch {done.batch}.", err=True)
