"""The command that makes a deck's meeting pack.

Imports are inside the functions, so that `--help` is fast.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.console import accounts, build_embedded, stop
from dashboard.commands.edition_commands import stop_on_edition_error
from dashboard.commands.reader_options import Reader, reader_options, warn_of_omissions
from dashboard.settings import Settings, SettingsProblem

if TYPE_CHECKING:
    from data.filters import Filters
    from data.records import Records

_PRINTING_HELP = {
    "missing": "There is no Chromium to draw the PDF with: install it (Debian: apt install chromium fonts-noto-cjk), "
    "or name one in SCORE_CHROMIUM. --pptx works without it.",
    "failed": "Chromium failed to draw the pack.",
    "late": "Chromium took too long to draw the pack: try again when the machine has less to do.",
}


@click.command()
@click.argument("deck")
@click.option("--pptx", "form", flag_value="pptx", help="PowerPoint, with charts that can be edited.")
@click.option("--pdf", "form", flag_value="pdf", help="PDF, drawn as on the projector; needs Chromium.")
@click.option("--lang", type=click.Choice(["en", "zh", "both"]), default="en", show_default=True)
@click.option("--filters", "search", default="", help='Over those of the slides: "partner=cec&sector=machinery".')
@click.option("--notes", is_flag=True, help="With the speaker's notes: whoever gets the PowerPoint file can read them.")
@click.option("--rows", is_flag=True, help="With names and values of single enterprises, for who may see all of them.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; else one named after the deck.")
@reader_options(for_committee=True)
def pack(  # noqa: PLR0913 - one per option
    deck: str,
    *,
    form: str | None,
    lang: str,
    search: str,
    notes: bool,
    rows: bool,
    out: Path | None,
    reader: Reader,
) -> None:
    """Make the meeting pack of DECK: the name of a deck, or "standard"."""
    from flask import Flask, g

    from callbacks.requests.page_request import AppContext, open_request
    from dashboard.app import grounds
    from dashboard.packs.chromium import PrintingProblem
    from dashboard.packs.meeting_pack import Packer
    from data import decks
    from data.decks import DeckProblem
    from data.places import BoundaryProblem, read_boundaries
    from data.records import Records

    if form is None:
        raise click.UsageError("Say what to make: --pptx or --pdf.")
    try:
        settings = Settings.from_environment(local=True)
        boundaries = read_boundaries(settings.boundaries)
    except (SettingsProblem, BoundaryProblem) as problem:
        stop(str(problem))
    build_embedded(settings.database_url)
    records = Records(settings.database_url, settings.editions)
    context = AppContext(records, grounds(boundaries))
    with accounts() as engine, stop_on_edition_error(), Flask("dashboard").app_context():
        g.viewer = reader.viewer(records)
        try:
            filters = _known_filters(records, reader.filters(search))
            with open_request(context, filters.search()) as page_request:
                warn_of_omissions(page_request.view)
            packer = Packer.on(context, boundaries)
            made = packer.make(decks.read(engine, deck), filters, form, lang, notes=notes, rows=rows)
        except DeckProblem:
            names = ", ".join(repr(name) for name in (decks.STANDARD, *(each.name for each in decks.decks(engine))))
            stop(f"There is no deck {deck!r}. There are: {names}.")
        except PrintingProblem as problem:
            stop(_PRINTING_HELP[problem.reason] + (f"\n{problem.detail}" if problem.reason == "failed" else ""))
    path = out or Path(made.name)
    try:
        path.write_bytes(made.content)
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror}")
    if made.synthetic:
        click.echo("Synthetic data: every number here is invented. 合成数据：所有数字均为虚构。", err=True)
    if made.without_map:
        click.echo("The picture of the map is left out: there is no Chromium to draw it with.", err=True)
    if rows and made.rounded:
        click.echo("--rows is for managers: add --managers.", err=True)
    left_out = [*(() if notes else ("the speaker's notes",)), *(() if rows else ("rows of single enterprises",))]
    if left_out:
        click.echo(f"Without {' and '.join(left_out)}: see --help.", err=True)
    click.echo(f"Written to {path}", err=True)


def _known_filters(records: "Records", filters: "Filters") -> "Filters":
    """The filters for the whole pack. Stops if a code is not in the record: it would be ignored without a message."""
    from data.filters import DIMENSIONS
    from data.privacy.viewer import MANAGER

    codes = records.record_for(MANAGER, filters).catalogue().codes
    unknown = [f"{name}={code}" for name in DIMENSIONS for code in sorted(filters.codes(name) - codes[name])]
    if unknown:
        stop(f"The record does not know {', '.join(unknown)}.")
    return filters
