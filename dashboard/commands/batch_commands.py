"""The commands of batches: list them, and roll one back.

Imports are inside the functions, so that `--help` is fast.
"""

from typing import TYPE_CHECKING

import click

from dashboard.commands.console import build_embedded, stop, stop_on_database_error
from dashboard.settings import database_url

if TYPE_CHECKING:
    from data.storage.batches import Batch

MOST_NAMED = 20
"""Maximum number of listed rows that block a roll-back."""


@click.command(name="batches")
def batches_command() -> None:
    """List the batches, latest first: number, time, rows added and changed, file, loaded by, rolled back by."""
    from data.records import Record
    from data.storage import database
    from data.storage.batches import batches

    address = database_url()
    build_embedded(address)
    record = Record(address)
    with stop_on_database_error():
        record.catalogue()  # raises an error if the database cannot be read
        with database.snapshot(record.engine) as connection:
            for each in batches(connection):
                click.echo(_line(each))


def _line(batch: "Batch") -> str:
    parts = [
        str(batch.number),
        f"{batch.loaded_at:%Y-%m-%d %H:%M} UTC",
        f"{batch.added} added, {batch.changed} changed",
        batch.origin,
        f"by {batch.loaded_by}" if batch.loaded_by else "",
        f"rolls back {batch.undoes}" if batch.undoes else "",
        f"rolled back by {batch.undone_by}" if batch.undone_by else "",
    ]
    return "\t".join(part for part in parts if part)


@click.command(name="rollback")
@click.argument("number", type=int)
def rollback_command(number: int) -> None:
    """Undo the changes of batch NUMBER. A roll-back can itself be rolled back."""
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
