"""The command that writes a newsletter.

Like the other commands, it imports what it needs itself.
"""

from pathlib import Path

import click

from dashboard.commands.console import at_console, stop
from dashboard.commands.reader_options import Reader, readable, reader_options, remark
from dashboard.settings import public_url

_PROBLEMS = {
    "since": "--since {value!r} is no date: write it as 2014-05-31.",
    "until": "--until {value!r} is no date: write it as 2014-05-31.",
    "order": "The period ends before it begins ({value}): give a later --until or an earlier --since.",
}


@click.command()
@click.option("--since", required=True, help="The first day of the period, as 2014-05-01.")
@click.option("--until", default="", help="Its last day; the record's own date without.")
@click.option("--lang", type=click.Choice(["en", "zh", "both"]), default="both", show_default=True)
@click.option("--format", "form", type=click.Choice(["html", "md"]), default="html", show_default=True)
@click.option("--filters", "search", default="", help='As in an address: "partner=cec&sector=machinery".')
@click.option("--output", "out", type=click.Path(path_type=Path, dir_okay=False), help="A file; else standard output.")
@reader_options(for_committee=True)
def digest(  # noqa: PLR0913 - as many as the command has options
    since: str, *, until: str, lang: str, form: str, search: str, out: Path | None, reader: Reader
) -> None:
    """Write the newsletter of a period: an HTML mail, or Markdown to paste."""
    from callbacks.newsletter_text import held_to, letters
    from callbacks.page_request import open_request
    from dashboard.commands.link_commands import LOCAL_URL
    from dashboard.pages.newsletter_pages import LANGUAGES, PeriodProblem, file_text, read_period

    with at_console(reader) as context, readable():
        programme = context.records.live.catalogue().programme
        try:
            period = read_period(since, until, programme.as_of)
        except PeriodProblem as problem:
            stop(_PROBLEMS[problem.reason].format(value=problem.value))
        filters = reader.filters(search).dated(None)
        with open_request(context, filters.search()) as found:
            remark(found.view)
            programme, wanted = found.view.catalogue.programme, period
            period = held_to(found, period)
        if period != wanted:
            click.echo(f"It ends on {period.until}, the day of the data: see docs/privacy.md.", err=True)
        text = file_text(letters(context, filters, period, LANGUAGES[lang], public_url() or LOCAL_URL), form)
    if programme.synthetic:
        click.echo("Synthetic data: every number here is invented. 合成数据：所有数字均为虚构。", err=True)
    if not public_url():
        click.echo(f"SCORE_PUBLIC_URL is not set: the numbers lead to {LOCAL_URL}.", err=True)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        stop(f"{out} cannot be written: {error.strerror}")
    click.echo(f"Written to {out}", err=True)
