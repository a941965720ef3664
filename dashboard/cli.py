"""The command line: load, template, export, demo, serve, and the groups of `*_commands.py`.

Commands import what they need themselves: pandas, scipy and dash take seconds, and `--help` shall not wait for them.
"""

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING

import click

from dashboard import (
    batch_commands,
    digest_commands,
    edition_commands,
    grant_commands,
    link_commands,
    manager_commands,
    pack_commands,
)
from dashboard.console import accounts, at_console, build_embedded, reading, stop
from dashboard.settings import INSTANCE, Settings, SettingsProblem, database_url

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from callbacks.asking import Asked
    from data.loading import Finding, Report


MOST_SAID = 200
"""So many refusals, and so many warnings, are printed; a marked workbook shows more."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="score-results")
def main() -> None:
    """Results of the SCORE programme: load them, look at them, take them out."""
    logging.basicConfig(
        level=os.environ.get("SCORE_LOG_LEVEL", "WARNING"), format="%(levelname)s %(name)s: %(message)s"
    )


@main.command(name="load")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--marked", type=click.Path(path_type=Path), help="Write the workbook back with each refused cell marked."
)
def load_command(path: Path, *, dry_run: bool, marked: Path | None) -> None:
    """Load a folder of CSV files or one workbook: everything, or nothing with every reason why not."""
    from data.loading.marked import write_marked

    report = _load(database_url(), path, dry_run=dry_run)
    if report.refusals and marked:
        write_marked(path, report.refusals, marked)
        click.echo(f"Marked workbook written to {marked}", err=True)
    if report.refusals:
        sys.exit(1)


def _load(address: str, path: Path, *, dry_run: bool = False, origin: str | None = None) -> "Report":
    from data import database
    from data.loading import LoadProblem, load

    engine = database.writing_engine(address)
    try:
        with _progress(f"Loading {path.name}") as progress:
            report = load(engine, path, dry_run=dry_run, progress=progress, origin=origin)
    except LoadProblem as problem:
        stop(f"{problem.english}\n{problem.chinese}")
    finally:
        engine.dispose()
    _say_all(report.refusals, report.refused, "refused")
    _say_all(report.warnings, report.warned, "warning")
    if report.refused:
        click.echo(
            f"{report.refused} refused: nothing was loaded. 拒绝 {report.refused} 处：未载入任何数据。",
            err=True,
        )
    else:
        done = "would be" if dry_run else "were"
        click.echo(
            f"{report.added} rows {done} added, {report.changed} changed, {report.unchanged} are as they stand.",
            err=True,
        )
    return report


def _say_all(findings: Sequence["Finding"], count: int, kind: str) -> None:
    for each in findings[:MOST_SAID]:
        _say(each, kind)
    if count > MOST_SAID:
        click.echo(f"{kind}: … and {count - MOST_SAID} more.", err=True)


def _say(finding: "Finding", kind: str) -> None:
    where = ", ".join(
        part for part in (finding.sheet, f"row {finding.row}" if finding.row else "", finding.column or "") if part
    )
    value = f" [{finding.value}]" if finding.value not in (None, "") else ""
    click.echo(f"{kind}: {where}{value}: {finding.english} {finding.chinese}", err=True)


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """How far the work is, once it takes more than a second: on a terminal a bar, in a log a line for every tenth."""
    began = monotonic()
    with ExitStack() as shown:
        bar: ProgressBar[int] | None = None
        told = 0

        def step(done: int, total: int) -> None:
            nonlocal bar, told
            if monotonic() - began <= 1 or not total:
                return
            if not sys.stderr.isatty():
                if (tenths := 10 * done // total) > told:
                    told = tenths
                    click.echo(f"{label}: {10 * tenths} %", err=True)
                return
            if bar is None:
                bar = shown.enter_context(click.progressbar(length=total, label=label, file=sys.stderr))
            bar.update(done - bar.pos)

        yield step


@main.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def template(out: Path) -> None:
    """Write an empty workbook to fill in: headers, notes, drop-downs."""
    from data.loading.template import write_template

    write_template(out)
    click.echo(f"Written to {out}", err=True)


@main.command()
@click.argument("code")
@click.option("--filters", "asked", default="", help='As in an address: "partner=cec&sector=machinery".')
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; standard output without it.")
def export(code: str, *, asked: str, form: str, out: Path | None) -> None:
    """Write the table of one exhibit; CODE is the exhibit's, for example pairs."""
    from data.access import MANAGER
    from data.exhibits import EXHIBITS, build, to_csv
    from data.filters import Filters
    from data.record import Record

    if code not in EXHIBITS:
        stop(f"There is no exhibit {code!r}. There are: {', '.join(EXHIBITS)}.")
    if form == "xlsx":
        from callbacks import taking

        _take(out, asked, lambda found, to: taking.workbook(found, code, to))
        return
    address = database_url()
    build_embedded(address)
    record = Record(address)
    with reading(), record.view(MANAGER, Filters.from_search(asked)) as view:
        text = to_csv(build(view, code))
        synthetic = view.catalogue.programme.synthetic
    if synthetic:
        click.echo("Synthetic data: every number here is invented. 合成数据：所有数字均为虚构。", err=True)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="")


@main.command(name="export-package")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--filters", "asked", default="", help='As in an address: "partner=cec&sector=machinery".')
def export_package(out: Path, *, asked: str) -> None:
    """Write every exhibit as an open-data package, a ZIP file; without filters the record's own tables too."""
    from callbacks import taking

    _take(out, asked, taking.data_package)


def _take(out: Path | None, asked: str, write: "Callable[[Asked, IO[bytes]], None]") -> None:
    """Write a file of the record, or nothing of it where that fails."""
    from callbacks.asking import asking

    with at_console() as held, tempfile.TemporaryFile() as file:
        with asking(held, asked) as found:
            write(found, file)
            synthetic = found.view.catalogue.programme.synthetic
        if synthetic:
            click.echo("Synthetic data: every number here is invented. 合成数据：所有数字均为虚构。", err=True)
        file.seek(0)
        if out is None:
            shutil.copyfileobj(file, sys.stdout.buffer)
            return
        try:
            with out.open("wb") as written:
                shutil.copyfileobj(file, written)
        except OSError as error:
            stop(f"{out} cannot be written: {error.strerror}")
    click.echo(f"Written to {out}", err=True)


@main.command()
def upgrade() -> None:
    """Bring a results database that an older version made up to date."""
    from sqlalchemy.exc import SQLAlchemyError

    from data import database, upgrading

    address = database_url()
    if not database.exists(address):
        stop(f"There is no database at {address}.")
    engine = database.writing_engine(address)
    try:
        version = upgrading.upgrade(engine)
    except SQLAlchemyError as error:
        stop(f"The database cannot be brought up to date, and nothing was changed: {error.__cause__ or error}")
    finally:
        engine.dispose()
    if version is None:
        click.echo("There was nothing to do.", err=True)
    else:
        click.echo(f"Brought up to date from version {version}.", err=True)


@main.command()
@click.option("--enterprises", type=int, default=1000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def demo(enterprises: int, seed: int) -> None:
    """Make a synthetic programme in a database of its own (SCORE_DATABASE_URL, else instance/demo.db)."""
    from data.demo import write_demo

    address = os.environ.get("SCORE_DATABASE_URL") or f"sqlite:///{INSTANCE / 'demo.db'}"
    if enterprises < 1:
        stop(f"A programme needs at least 1 enterprise, not {enterprises}.")
    _make_room(address)
    with tempfile.TemporaryDirectory() as folder:
        with _progress("Inventing a programme") as progress:
            write_demo(Path(folder), enterprises, seed, progress)
        if _load(address, Path(folder), origin=f"score-dashboard demo --seed {seed}").refusals:
            sys.exit(1)
    click.echo(f"Synthetic programme of {enterprises} enterprises (seed {seed}) in {address}", err=True)


def _make_room(address: str) -> None:
    """Remove an earlier synthetic programme, which a second one would mix with; anything else is left alone."""
    from data import database
    from data.database import DatabaseProblem
    from data.record import Record

    if not database.exists(address):
        return
    with reading():
        try:
            programme = Record(address).catalogue().programme
        except DatabaseProblem as problem:
            if problem.reason == "empty":
                return
            raise
    if not programme.synthetic or not database.remove(address):
        stop(f"{address} holds {programme.entry.name('en')}: name another database in SCORE_DATABASE_URL.")


@main.command()
@click.option("--port", type=int, default=8050, show_default=True)
def serve(port: int) -> None:
    """Serve to one person on this machine and print the one-time address to open."""
    from dashboard.serving import serve_local
    from data.places import BoundaryProblem, read_boundaries

    try:
        settings = Settings.from_environment(local=True)
        read_boundaries(settings.boundaries)  # said here rather than by a worker that does not boot
        with accounts():  # likewise
            pass
        build_embedded(settings.database_url)
        serve_local(settings, port)
    except (SettingsProblem, BoundaryProblem) as problem:
        stop(str(problem))


main.add_command(batch_commands.batches_command)
main.add_command(batch_commands.rollback_command)
main.add_command(digest_commands.digest)
main.add_command(edition_commands.edition_group)
main.add_command(grant_commands.grant)
main.add_command(link_commands.link_group)
main.add_command(manager_commands.manager_group)
main.add_command(pack_commands.pack)
