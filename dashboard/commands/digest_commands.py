"""The command that writes a newsletter.

Imports are inside the functions, so that `--help` is fast.
"""

from pathlib import Path

import click

from dashboard.commands.console import open_context, stop
from dashboard.commands.reader_options import Reader, reader_options, stop_on_refusal, warn_of_omissions
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
def digest(  # noqa: PLR0913 - one per option
    since: str, *, until: str, lang: str, form: str, search: str, out: Path | None, reader: Reader
) -> None:
    """Write the newsletter of a period: an HTML mail, or Markdown to paste."""
    from callbacks.newsletter_text import letters, limited_period
    from callbacks.requests.page_request import open_request
    from dashboard.commands.link_commands import LOCAL_URL
    from dashboard.pages.newsletter_pages import LANGUAGES, PeriodProblem, file_text, read_period

    with open_context(reader) as context, stop_on_refusal():
        programme = context.records.live.catalogue().programme
        try:
            period = read_period(since, until, programme.as_of)
        except PeriodProblem as problem:
            stop(_PROBLEMS[problem.reason].format(value=problem.value))
        filters = reader.filters(search).dated(None)
        with open_request(context, filters.search()) as page_request:
            warn_of_omissions(page_request.view)
            programme, requested = page_request.view.catalogue.programme, period
            period = limited_period(page_request, period)
        if period != requested:
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
