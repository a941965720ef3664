"""The command line: load, template, export, demo, serve, and the groups of `*_commands.py`.

Imports are inside the functions: pandas, scipy and dash take seconds to import, and `--help` must be fast.
"""

import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from dashboard.commands import (
    batch_commands,
    demo_commands,
    digest_commands,
    edition_commands,
    grant_commands,
    link_commands,
    loading_commands,
    manager_commands,
    pack_commands,
    privacy_commands,
    upgrade_commands,
)
from dashboard.commands.console import accounts, build_embedded, open_context, stop, stop_on_database_error
from dashboard.commands.reader_options import Reader, reader_options, stop_on_refusal, warn_of_omissions
from dashboard.settings import Settings, SettingsProblem, database_url, editions_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from callbacks.requests.page_request import PageRequest


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="score-results")
def main() -> None:
    """Results of the SCORE programme: load them, look at them, take them out."""
    logging.basicConfig(
        level=os.environ.get("SCORE_LOG_LEVEL", "WARNING"), format="%(levelname)s %(name)s: %(message)s"
    )


@main.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def template(out: Path) -> None:
    """Write an empty workbook to fill in: headers, notes, drop-downs."""
    from data.loading.template.template_workbook import write_template

    write_template(out)
    click.echo(f"Written to {out}", err=True)


@main.command()
@click.argument("code")
@click.option("--filters", "search", default="", help='As in an address: "partner=cec&sector=machinery".')
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; standard output without it.")
@click.option("--by", help="What `compare` compares: partner, sector, round, phase, province or module.")
@click.option("--measure", help="The measure of `compare` (for example m2_completed) or `trend` (for example trained).")
@reader_options()
def export(  # noqa: PLR0913 - one parameter per option
    code: str, *, search: str, form: str, out: Path | None, by: str | None, measure: str | None, reader: Reader
) -> None:
    """Write the table of one exhibit; CODE is the exhibit's, for example pairs."""
    from data.exhibits import EXHIBITS, build, current_code
    from data.exports.csv_files import to_csv
    from data.records import Records

    code = current_code(code)
    if code not in EXHIBITS:
        stop(f"There is no exhibit {code!r}. There are: {', '.join(EXHIBITS)}.")
    options = {name: value for name, value in (("by", by), ("measure", measure)) if value is not None}
    if superfluous := options.keys() - EXHIBITS[code].options.keys():
        stop(f"{code} has no --{' and no --'.join(sorted(superfluous))}.")
    if form == "xlsx":
        from callbacks import downloads

        _write_file(
            out, search, reader, lambda page_request, file: downloads.workbook(page_request, code, file, options)
        )
        return
    address = database_url()
    build_embedded(address)
    records, filters = Records(address, editions_folder()), reader.filters(search)
    with stop_on_database_error(), stop_on_refusal():
        viewer = reader.viewer(records)
        with records.record_for(viewer, filters).view(viewer, filters) as view:
            warn_of_omissions(view, code)
            for name, value in options.items():
                choices = EXHIBITS[code].options[name].choices(view)
                if value not in choices:
                    stop(f"There is no --{name} {value!r} for {code}. There are: {', '.join(choices)}.")
            text = to_csv(build(view, code, options=options))
            synthetic = view.catalogue.programme.synthetic
    if synthetic:
        click.echo("Synthetic data: every number here is invented. 合成数据：所有数字均为虚构。", err=True)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="")


@main.command(name="export-package")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--filters", "search", default="", help='As in an address: "partner=cec&sector=machinery".')
@reader_options()
def export_package(out: Path, *, search: str, reader: Reader) -> None:
    """Write every exhibit as an open-data package, a ZIP file; without filters the record's own tables too."""
    from callbacks import downloads

    _write_file(out, search, reader, downloads.data_package)


def _write_file(
    out: Path | None, search: str, reader: Reader, write: "Callable[[PageRequest, IO[bytes]], None]"
) -> None:
    """Write a file of the record to `out` or standard output. It is complete before `out` is opened."""
    from callbacks.requests.page_request import open_request

    with open_context(reader) as context, tempfile.TemporaryFile() as file, stop_on_refusal():
        with open_request(context, reader.filters(search).search()) as page_request:
            warn_of_omissions(page_request.view)
            write(page_request, file)
            synthetic = page_request.view.catalogue.programme.synthetic
        if synthetic:
            click.echo("Synthetic data: every number here is invented. 合成数据：所有数字均为虚构。", err=True)
        file.seek(0)
        if out is None:
            shutil.copyfileobj(file, sys.stdout.buffer)
            return
        try:
            with out.open("wb") as target:
                shutil.copyfileobj(file, target)
        except OSError as error:
            stop(f"{out} cannot be written: {error.strerror}")
    click.echo(f"Written to {out}", err=True)


@main.command()
@click.option("--port", type=int, default=8050, show_default=True)
def serve(port: int) -> None:
    """Serve to one person on this machine and print the one-time address to open."""
    from dashboard.commands.local_server import serve_local
    from data.places import BoundaryProblem, read_boundaries

    try:
        settings = Settings.from_environment(local=True)
        read_boundaries(settings.boundaries)  # so that an error is shown here, not by a worker that does not start
        with accounts():  # for the same reason
            pass
        build_embedded(settings.database_url)
        serve_local(settings, port)
    except (SettingsProblem, BoundaryProblem) as problem:
        stop(str(problem))


main.add_command(batch_commands.batches_command)
main.add_command(batch_commands.rollback_command)
main.add_command(demo_commands.demo)
main.add_command(digest_commands.digest)
main.add_command(edition_commands.edition_group)
main.add_command(grant_commands.grant)
main.add_command(link_commands.link_group)
main.add_command(loading_commands.load_command)
main.add_command(manager_commands.manager_group)
main.add_command(pack_commands.pack)
main.add_command(privacy_commands.privacy_key_command)
main.add_command(upgrade_commands.upgrade_command)
