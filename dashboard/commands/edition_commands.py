"""The commands of editions: freeze the record for a meeting, list and verify what was frozen, say what changed since.

Like the other commands, they import what they need themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.console import build_embedded, reading, stop
from dashboard.settings import database_url, editions_folder

if TYPE_CHECKING:
    from data.editions.frozen_copies import Edition
    from data.editions.record_changes import Change, Comparison
    from data.view import View

MOST_PRINTED = 100
"""So many new results and corrections of a table are printed; a file (--csv) has them all."""


@contextmanager
def explained() -> Iterator[None]:
    """Stop with what is wrong with an edition, or with the record, inside the block."""
    from data.editions.frozen_copies import LONGEST_NAME, EditionProblem

    try:
        with reading():
            yield
    except EditionProblem as problem:
        said = {
            "name": f'An edition needs a name of 1 to {LONGEST_NAME} letters, and not "live".',
            "taken": f'There is an edition called "{problem.detail}" already: choose another name.',
            "folder": f"The edition cannot be written to {editions_folder()}: {problem.detail}",
            "gone": f'There is no edition "{problem.detail}": see `score-dashboard edition list`.',
            "changed": f'The file of edition "{problem.detail}" is not what was frozen: it was changed or damaged.',
        }
        stop(said[problem.reason])


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
        with explained():
            made = frozen_copies.freeze(engine, name, editions_folder())
    finally:
        engine.dispose()
    click.echo(f"key     {made.key}\nfile    {made.path}\nSHA-256 {made.sha256}")


@edition_group.command(name="list")
def list_command() -> None:
    """List the editions, newest first: key, when frozen, the record's date, name."""
    from data.editions import frozen_copies

    found = frozen_copies.editions(editions_folder())
    for each in found:
        click.echo(f"{each.key}\t{each.frozen_at:%Y-%m-%d %H:%M} UTC\tas of {each.as_of}\t{each.name}")
    damaged = frozen_copies.unreadable(editions_folder())
    for key in damaged:
        click.echo(f"{key}: its file cannot be opened.", err=True)
    if not found and not damaged:
        click.echo('There is no edition yet: make one with `score-dashboard edition freeze "NAME"`.', err=True)


@edition_group.command()
@click.argument("name", required=False)
def verify(name: str | None) -> None:
    """Check that the file of an edition (NAME or key), or of every edition, is what was frozen."""
    from data.editions import frozen_copies
    from data.editions.frozen_copies import EditionProblem

    folder = editions_folder()
    damaged = [] if name else frozen_copies.unreadable(folder)
    with explained():
        found = [frozen_copies.find(folder, name)] if name else frozen_copies.editions(folder)
    for each in found:
        try:
            frozen_copies.verify(each)
        except EditionProblem as problem:
            damaged.append(f"{each.key} ({each.name})" if problem.reason == "changed" else f"{each.key} (gone)")
        else:
            click.echo(f"{each.key}\tas it was frozen\t{each.name}")
    if damaged:
        stop("\n".join(f"{each}: its file is not what was frozen." for each in damaged))


@edition_group.command()
@click.argument("before")
@click.argument("after")
@click.option("--csv", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write every change to this file.")
def diff(before: str, after: str, out: Path | None) -> None:
    """Say what changed from one edition to another: new results, apart from corrections; "live" is the record now."""
    from data.editions import record_changes
    from data.editions.frozen_copies import LIVE
    from data.filters import Filters
    from data.privacy.viewer import MANAGER
    from data.records import Records

    address = database_url()
    if LIVE in (before, after):
        build_embedded(address)
    records = Records(address, editions_folder())
    with explained():
        first, second = (records.live if each == LIVE else records.edition(each) for each in (before, after))
        with first.view(MANAGER, Filters()) as was, second.view(MANAGER, Filters()) as now:
            found = record_changes.compare(was, now, MOST_PRINTED)
            click.echo(f"{_described(first.edition, was)}\n{_described(second.edition, now)}")
            for line in _lines(found):
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


def _described(edition: "Edition | None", view: "View") -> str:
    as_of = view.catalogue.programme.as_of
    if edition is None:
        return f"live record, as of {as_of}"
    return f"{edition.name}, frozen {edition.frozen_at:%Y-%m-%d}, {edition.short}, as of {as_of}"


def _lines(found: "Comparison") -> Iterator[str]:
    """A comparison as it is printed: the headline numbers, how much changed where, then what."""
    yield f"\n{'headline numbers':<24}{'before':>12}{'after':>12}"
    for each in found.headlines:
        yield f"  {each.headline:<22}{_count(each.before):>12}{_count(each.after):>12}"
    if not found.tables:
        yield "\nNothing changed."
        return
    yield f"\n{'tables':<24}{'new':>12}{'corrections':>12}"
    for table in found.tables:
        yield f"  {table.table:<22}{table.new_count:>12}{table.correction_count:>12}"
    for table in found.tables:
        yield from _changed(f"{table.table}: new results", table.new, table.new_count)
        yield from _changed(f"{table.table}: corrections", table.corrections, table.correction_count)


def _count(value: int | None) -> str:
    return "-" if value is None else str(value)


def _changed(title: str, shown: "tuple[Change, ...]", count: int) -> Iterator[str]:
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
