"""The newsletter of a period: its page for managers, and its HTML and Markdown files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl

from flask import Flask, Response, abort, render_template, request
from sqlalchemy import Engine

from callbacks.newsletter_text import letters
from callbacks.requests.page_request import AppContext, open_request
from dashboard.packs import audience
from dashboard.pages import plain_pages
from dashboard.settings import Settings
from data.filters import Filters, language_of
from data.newsletter import Period
from layouts import words
from layouts.texts import newsletter_parts
from layouts.texts.newsletter_parts import Letter
from layouts.words import _

BOTH = "both"
LANGUAGES = {"en": ("en",), "zh": ("zh",), BOTH: ("en", "zh")}
"""The languages of a newsletter. With both, the Chinese text is below the English one."""

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}
FORMATS = {"html": "text/html", "md": "text/markdown"}
DEFAULT_LENGTH = timedelta(days=91)
"""Length of a period without a beginning."""
_DAY = re.compile(r"[1-9]\d{3}-\d{2}-\d{2}")


class PeriodProblem(ValueError):
    """A period is invalid; ``reason`` is since or until (no date) or order; ``value`` is the given text."""

    def __init__(self, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.reason, self.value = reason, value


def read_period(since: str, until: str, last: date) -> Period:
    """The period in two texts. The default end is `last`; without a beginning it has :data:`DEFAULT_LENGTH`.

    Raises :class:`PeriodProblem`.
    """
    end = _read_date("until", until) or last
    begin = _read_date("since", since) or end - DEFAULT_LENGTH + timedelta(days=1)
    if begin > end:
        raise PeriodProblem("order", f"{begin.isoformat()} > {end.isoformat()}")
    return Period(begin, end)


def _read_date(name: str, text: str) -> date | None:
    if not text.strip():
        return None
    if not _DAY.fullmatch(text.strip()):  # Python accepts more formats
        raise PeriodProblem(name, text)
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise PeriodProblem(name, text) from error


def mail_page(newsletters: list[Letter]) -> str:
    """Newsletters as an HTML page for mail programs."""
    return render_template("newsletter.html", letters=newsletters, tags=LANGUAGE_TAGS)


def file_text(newsletters: list[Letter], form: str) -> str:
    """Newsletters in one of :data:`FORMATS`."""
    return mail_page(newsletters) if form == "html" else newsletter_parts.markdown(newsletters)


def error_message(problem: PeriodProblem) -> str:
    """The error of a period and what to do, in the current language."""
    if problem.reason == "order":
        return _("The period ends before it begins. Choose a later end or an earlier beginning.")
    return _("“{value}” is no date. Write it as 2014-05-31.", value=problem.value)


@dataclass(frozen=True)
class _Options:
    """The options of the page, from its query parameters."""

    filters: Filters
    since: str
    until: str
    language: str
    audience: str

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, str]) -> "_Options":
        language = arguments.get("letter", BOTH)
        return cls(
            Filters.from_search(request.query_string.decode("ascii", "ignore")).dated(None),
            arguments.get("since", ""),
            arguments.get("until", ""),
            language if language in LANGUAGES else BOTH,
            audience.MANAGERS if arguments.get("for") == audience.MANAGERS else audience.COMMITTEE,
        )

    def file_address(self, form: str, period: Period) -> str:
        query = {"since": period.since.isoformat(), "until": period.until.isoformat(), "letter": self.language}
        query["for"] = self.audience
        address = plain_pages.address(f"/digest.{form}", **query)
        filters = self.filters.query()
        return f"{address}&{filters}" if filters else address


def install(server: Flask, settings: Settings, context: AppContext, accounts: Engine) -> None:
    """Add the routes."""

    @server.get("/digest", endpoint="digest")
    def page() -> Response:
        with words.speaking(_language()):
            options, last = _read_options(context)
            try:
                period = read_period(options.since, options.until, last)
            except PeriodProblem as problem:
                return _page(options, Period(last - DEFAULT_LENGTH, last), [], error_message(problem))
            return _page(options, period, _letters(context, options, period))

    @server.get("/digest.<form>", endpoint="digest-file")
    def file(form: str) -> Response:
        if form not in FORMATS:
            abort(404)
        with words.speaking(_language()):
            options, last = _read_options(context)
            try:
                period = read_period(options.since, options.until, last)
            except PeriodProblem as problem:
                return plain_pages.message(400, _("This newsletter could not be made"), error_message(problem))
            response = Response(file_text(_letters(context, options, period), form), mimetype=FORMATS[form])
        name = f"newsletter-{period.since.isoformat()}-{period.until.isoformat()}-{options.language}.{form}"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response

    def _letters(context: AppContext, options: _Options, period: Period) -> list[Letter]:
        server_address = settings.public_url or request.host_url.rstrip("/")
        with audience.seen_by(options.audience, context, accounts, options.filters.edition):
            return letters(context, options.filters, period, LANGUAGES[options.language], server_address)


def _read_options(context: AppContext) -> tuple[_Options, date]:
    """The options of the page, and the date of the record."""
    options = _Options.from_arguments(request.args)
    with open_request(context, options.filters.search()) as page_request:
        return options, page_request.view.catalogue.programme.as_of


def _language() -> str:
    return language_of(request.query_string.decode("ascii", "ignore"))


def _page(options: _Options, period: Period, newsletters: list[Letter], problem: str = "") -> Response:
    languages = {"en": _("English"), "zh": _("Chinese"), BOTH: _("Both, Chinese beneath the English")}
    return plain_pages.manage(
        "digest.html",
        400 if problem else 200,
        title=_("Newsletter"),
        lead=_("What a period brought, in words to send and to paste; every number leads to the dashboard."),
        problem=problem,
        since=options.since or period.since.isoformat(),
        until=options.until or period.until.isoformat(),
        filters=parse_qsl(options.filters.query()),
        languages=[(code, name, code == options.language) for code, name in languages.items()],
        readers=[(code, name, code == options.audience) for code, name in audience.readers().items()],
        letters=newsletters,
        tags=LANGUAGE_TAGS,
        mail=options.file_address("html", period) if newsletters else "",
        paste=options.file_address("md", period) if newsletters else "",
        text=newsletter_parts.markdown(newsletters) if newsletters else "",
        said={
            "since": _("From"), "until": _("To"), "language": _("Language"), "show": _("Show"),
            "mail": _("HTML mail"), "paste": _("Markdown file"), "preview": _("Preview"),
            "text": _("The same as Markdown, to paste"), "period": _("Period"), "readers": _("For whom"),
        },
    )  # fmt: skip
