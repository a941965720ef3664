"""The commands of editions: freeze the record for a meeting, list and verify editions, compare two of them.

Imports are inside the functions, so that `--help` is fast.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.console import build_embedded, stop, stop_on_database_error
from dashboard.settings import database_url, editions_folder

if TYPE_CHECKING:
    from data.editions.frozen_copies import Edition
    from data.editions.record_changes import Change, Comparison
    from data.view import View

MOST_PRINTED = 100
"""Maximum number of printed new results, and corrections, per table. A file (--csv) has all."""


@contextmanager
def stop_on_edition_error() -> Iterator[None]:
    """Stop with a message if an edition or the record cannot be used in the block."""
    from data.editions.frozen_copies import LONGEST_NAME, EditionProblem

    try:
        with stop_on_database_error():
            yield
    except EditionProblem as problem:
        messages = {
            "name": f'An edition needs a name of 1 to {LONGEST_NAME} letters, and not "live".',
            "taken": f'There is an edition called "{problem.detail}" already: choose another name.',
            "folder": f"The edition cannot be written to {editions_folder()}: {problem.detail}",
            "gone": f'There is no edition "{problem.detail}": see `score-dashboard edition list`.',
            "changed": f'The file of edition "{problem.detail}" is not what was frozen: it was changed or damaged.',
        }
        stop(messages[problem.reason])


@click.group(name="edition")
def edition_group() -> None:
    """Frozen copies of the record, for meetings."""


@edition_group.command()
@click.argument("name")
def freeze(name: str) -> None:
    """Freeze the record as it is now under NAME, for example "NTAC 6"."""
    from data.editions import frozen_copies
    from data.storage import database

    address = database_url()
    build_embedded(address)
    engine = database.reading_engine(address)
    try:
        with stop_on_edition_error():
            edition = frozen_copies.freeze(engine, name, editions_folder())
    finally:
        engine.dispose()
    click.echo(f"key     {edition.key}\nfile    {edition.path}\nSHA-256 {edition.sha256}")
    click.echo(f"tables  {edition.tables_path}\nrules   version {edition.rules_version}")


@edition_group.command(name="list")
def list_command() -> None:
    """List the editions, newest first: key, time of freezing, date of the record, name."""
    from data.editions import frozen_copies

    editions = frozen_copies.editions(editions_folder())
    for each in editions:
        click.echo(f"{each.key}\t{each.frozen_at:%Y-%m-%d %H:%M} UTC\tas of {each.as_of}\t{each.name}")
    damaged = frozen_copies.unreadable(editions_folder())
    for key in damaged:
        click.echo(f"{key}: its file cannot be opened.", err=True)
    if not editions and not damaged:
        click.echo('There is no edition yet: make one with `score-dashboard edition freeze "NAME"`.', err=True)


@edition_group.command()
@click.argument("name", required=False)
def verify(name: str | None) -> None:
    """Check that the files of an edition (NAME or key), or of every edition, are unchanged."""
    from data.editions import frozen_copies
    from data.editions.frozen_copies import EditionProblem

    folder = editions_folder()
    unreadable = [] if name else frozen_copies.unreadable(folder)
    damaged = [f"{key}: its file is not what was frozen." for key in unreadable]
    with stop_on_edition_error():
        editions = [frozen_copies.find(folder, name)] if name else frozen_copies.editions(folder)
    for each in editions:
        try:
            frozen_copies.verify(each)
        except EditionProblem as problem:
            whose = f"{each.key} ({each.name})" if problem.reason == "changed" else f"{each.key} (gone)"
            damaged.append(f"{whose}: its file is not what was frozen.")
            continue
        state = frozen_copies.tables_state(each)
        if state in _TABLES_PROBLEMS:
            damaged.append(f"{each.key} ({each.name}): {_TABLES_PROBLEMS[state]}")
        else:
            click.echo(f"{each.key}\tas it was frozen\t{each.name}")
    if damaged:
        stop("\n".join(damaged))


_TABLES_PROBLEMS = {
    "changed": "the file of its tables is not what was frozen.",
    "gone": "the file of its tables is gone.",
}


@edition_group.command()
@click.argument("before")
@click.argument("after")
@click.option("--csv", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write every change to this file.")
def diff(before: str, after: str, out: Path | None) -> None:
    """Print the changes between two editions: new results, then corrections. "live" is the present record."""
    from data.editions import record_changes
    from data.editions.frozen_copies import LIVE
    from data.filters import Filters
    from data.privacy.viewer import MANAGER
    from data.records import Records

    address = database_url()
    if LIVE in (before, after):
        build_embedded(address)
    records = Records(address, editions_folder())
    with stop_on_edition_error():
        first, second = (records.live if each == LIVE else records.edition(each) for each in (before, after))
        with first.view(MANAGER, Filters()) as was, second.view(MANAGER, Filters()) as now:
            comparison = record_changes.compare(was, now, MOST_PRINTED)
            click.echo(f"{_description(first.edition, was)}\n{_description(second.edition, now)}")
            for line in _lines(comparison):
                click.echo(line)
            if out is not None:
                try:
                    with out.open("w", encoding="utf-8", newline="") as file:
                        file.writelines(
                            record_changes.csv_lines(record_changes.changes(was.connection, now.connection))
                        )
                except OSError as error:
                    stop(f"{out} cannot be written: {error.strerror}")
            synthetic = was.catalogue.programme.synthetic or now.catalogue.programme.synthetic
    if synthetic:
        click.echo("Synthetic data: every number here is invented. 合成数据：所有数字均为虚构。", err=True)


def _description(edition: "Edition | None", view: "View") -> str:
    as_of = view.catalogue.programme.as_of
    if edition is None:
        return f"live record, as of {as_of}"
    return f"{edition.name}, frozen {edition.frozen_at:%Y-%m-%d}, {edition.short}, as of {as_of}"


def _lines(comparison: "Comparison") -> Iterator[str]:
    """The lines of a comparison: headline numbers, counts of changes per table, then the changes."""
    yield f"\n{'headline numbers':<24}{'before':>12}{'after':>12}"
    for each in comparison.headlines:
        yield f"  {each.headline:<22}{_count(each.before):>12}{_count(each.after):>12}"
    if not comparison.tables:
        yield "\nNothing changed."
        return
    yield f"\n{'tables':<24}{'new':>12}{'corrections':>12}"
    for table in comparison.tables:
        yield f"  {table.table:<22}{table.new_count:>12}{table.correction_count:>12}"
    for table in comparison.tables:
        yield from _change_lines(f"{table.table}: new results", table.new, table.new_count)
        yield from _change_lines(f"{table.table}: corrections", table.corrections, table.correction_count)


def _count(value: int | None) -> str:
    return "-" if value is None else str(value)


def _change_lines(title: str, shown: "tuple[Change, ...]", count: int) -> Iterator[str]:
    from data.editions.record_changes import written_key

    if shown:
        yield f"\n{title}"
    for change in shown:
        line = f"{_SIGNS[change.kind]} {written_key(change.key)}  {_cells(change)}"
        yield f"  {' '.join(line.split())}"
    if count > len(shown):
        yield f"  … and {count - len(shown)} more (--csv FILE writes all)"


_SIGNS = {"new-row": "+", "new-value": "+", "corrected": "~", "withdrawn-value": "-", "withdrawn-row": "-"}


def _cells(change: "Change") -> str:
    from data.editions.record_changes import NEW, Kind, written

    if change.kind in NEW:
        return ", ".join(f"{cell.column} {written(cell.after)}" for cell in change.cells)
    if change.kind is Kind.CORRECTED:
        return ", ".join(f"{cell.column} {written(cell.before)} → {written(cell.after)}" for cell in change.cells)
    what = "row withdrawn: " if change.kind is Kind.WITHDRAWN_ROW else "withdrawn: "
    return what + ", ".join(f"{cell.column} {written(cell.before)}" for cell in change.cells)
