"""The command that loads a file, and the printed report of a load: progress, refusals, warnings, result.

Imports are inside the functions, so that `--help` is fast.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from dashboard.commands.console import stop
from dashboard.settings import database_url

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from data.loading import Finding, Report

MOST_PRINTED = 200
"""Maximum number of printed refusals, and of warnings. A marked workbook has more."""


@click.command(name="load")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--marked", type=click.Path(path_type=Path), help="Write the workbook back with each refused cell marked."
)
def load_command(path: Path, *, dry_run: bool, marked: Path | None) -> None:
    """Load a folder of CSV files or one workbook, whole or not at all. Every refused cell is listed."""
    from data.loading.template.marked_workbook import write_marked

    report = load_file(database_url(), path, dry_run=dry_run)
    if report.refusals and marked:
        write_marked(path, report.refusals, marked)
        click.echo(f"Marked workbook written to {marked}", err=True)
    if report.refusals:
        sys.exit(1)


def load_file(address: str, path: Path, *, dry_run: bool = False, origin: str | None = None) -> "Report":
    """Load the file or folder at `path` into a database. Progress and report go to standard error."""
    from data.loading import LoadProblem, load
    from data.storage import database

    engine = database.writing_engine(address)
    try:
        with progress(f"Loading {path.name}") as step:
            report = load(engine, path, dry_run=dry_run, progress=step, origin=origin)
    except LoadProblem as problem:
        stop(f"{problem.english}\n{problem.chinese}")
    finally:
        engine.dispose()
    _print_findings(report.refusals, report.refused, "refused")
    _print_findings(report.warnings, report.warned, "warning")
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


def _print_findings(findings: Sequence["Finding"], count: int, kind: str) -> None:
    for each in findings[:MOST_PRINTED]:
        _print_finding(each, kind)
    if count > MOST_PRINTED:
        click.echo(f"{kind}: … and {count - MOST_PRINTED} more.", err=True)


def _print_finding(finding: "Finding", kind: str) -> None:
    where = ", ".join(
        part for part in (finding.sheet, f"row {finding.row}" if finding.row else "", finding.column or "") if part
    )
    value = f" [{finding.value}]" if finding.value not in (None, "") else ""
    click.echo(f"{kind}: {where}{value}: {finding.english} {finding.chinese}", err=True)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Progress of work longer than a second: a bar on a terminal, in a log one line for each tenth."""
    started_at = monotonic()
    with ExitStack() as shown:
        bar: ProgressBar[int] | None = None
        printed_tenths = 0

        def step(done: int, total: int) -> None:
            nonlocal bar, printed_tenths
            if monotonic() - started_at <= 1 or not total:
                return
            if not sys.stderr.isatty():
                if (tenths := 10 * done // total) > printed_tenths:
                    printed_tenths = tenths
                    click.echo(f"{label}: {10 * tenths} %", err=True)
                return
            if bar is None:
                bar = shown.enter_context(click.progressbar(length=total, label=label, file=sys.stderr))
            bar.update(done - bar.pos)

        yield step
