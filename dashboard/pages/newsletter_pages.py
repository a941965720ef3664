"""The newsletter of a period: the managers' page that shows it, and the files of it to send and to paste."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl

from flask import Flask, Response, abort, render_template, request
from sqlalchemy import Engine

from callbacks.newsletter_text import letters
from callbacks.page_request import AppContext, open_request
from dashboard.packs import audience
from dashboard.pages import plain_pages
from dashboard.settings import Settings
from data.filters import Filters, language_of
from data.newsletter import Period
from layouts import newsletter_parts, words
from layouts.newsletter_parts import Letter
from layouts.words import _

BOTH = "both"
LANGUAGES = {"en": ("en",), "zh": ("zh",), BOTH: ("en", "zh")}
"""What a newsletter can speak: with both, Chinese stands beneath the English."""

TAGS = {"en": "en", "zh": "zh-Hans"}
FORMATS = {"html": "text/html", "md": "text/markdown"}
USUAL = timedelta(days=91)
_DAY = re.compile(r"[1-9]\d{3}-\d{2}-\d{2}")


class PeriodProblem(ValueError):
    """A period that is none; ``reason`` is ``since`` or ``until`` (no date) or ``order``; ``value`` what was given."""

    def __init__(self, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.reason, self.value = reason, value


def read_period(since: str, until: str, last: date) -> Period:
    """A period as people give it; without an end it ends on `last`, without a beginning it has the usual length."""
    end = _read("until", until) or last
    begin = _read("since", since) or end - USUAL + timedelta(days=1)
    if begin > end:
        raise PeriodProblem("order", f"{begin.isoformat()} > {end.isoformat()}")
    return Period(begin, end)


def _read(name: str, text: str) -> date | None:
    if not text.strip():
        return None
    if not _DAY.fullmatch(text.strip()):  # Python reads more than people mean
        raise PeriodProblem(name, text)
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise PeriodProblem(name, text) from error


def mail(told: list[Letter]) -> str:
    """Newsletters as a page that mail programs take."""
    return render_template("newsletter.html", letters=told, tags=TAGS)


def written(told: list[Letter], form: str) -> str:
    """Newsletters in one of :data:`FORMATS`."""
    return mail(told) if form == "html" else newsletter_parts.markdown(told)


def problem_words(problem: PeriodProblem) -> str:
    """What is wrong with a period and what to do, in the language spoken."""
    if problem.reason == "order":
        return _("The period ends before it begins. Choose a later end or an earlier beginning.")
    return _("“{value}” is no date. Write it as 2014-05-31.", value=problem.value)


@dataclass(frozen=True)
class _Asked:
    """What the page was asked for."""

    filters: Filters
    since: str
    until: str
    language: str
    whom: str

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> "_Asked":
        language = arguments.get("letter", BOTH)
        return cls(
            Filters.from_search(request.query_string.decode("ascii", "ignore")).dated(None),
            arguments.get("since", ""),
            arguments.get("until", ""),
            language if language in LANGUAGES else BOTH,
            audience.MANAGERS if arguments.get("for") == audience.MANAGERS else audience.COMMITTEE,
        )

    def file(self, form: str, period: Period) -> str:
        query = {"since": period.since.isoformat(), "until": period.until.isoformat(), "letter": self.language}
        query["for"] = self.whom
        address = plain_pages.address(f"/digest.{form}", **query)
        filters = self.filters.query()
        return f"{address}&{filters}" if filters else address


def install(server: Flask, settings: Settings, context: AppContext, accounts: Engine) -> None:
    """Add the routes; the gate stands before them as before everything."""

    @server.get("/digest", endpoint="digest")
    def page() -> Response:
        with words.speaking(_spoken()):
            page_request, last = _understood(context)
            try:
                period = read_period(page_request.since, page_request.until, last)
            except PeriodProblem as problem:
                return _page(page_request, Period(last - USUAL, last), [], problem_words(problem))
            return _page(page_request, period, _letters(context, page_request, period))

    @server.get("/digest.<form>", endpoint="digest-file")
    def file(form: str) -> Response:
        if form not in FORMATS:
            abort(404)
        with words.speaking(_spoken()):
            page_request, last = _understood(context)
            try:
                period = read_period(page_request.since, page_request.until, last)
            except PeriodProblem as problem:
                return plain_pages.message(400, _("This newsletter could not be made"), problem_words(problem))
            response = Response(written(_letters(context, page_request, period), form), mimetype=FORMATS[form])
        name = f"newsletter-{period.since.isoformat()}-{period.until.isoformat()}-{page_request.language}.{form}"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response

    def _letters(context: AppContext, page_request: _Asked, period: Period) -> list[Letter]:
        server_address = settings.public_url or request.host_url.rstrip("/")
        with audience.seen_by(page_request.whom, context, accounts, page_request.filters.edition):
            return letters(context, page_request.filters, period, LANGUAGES[page_request.language], server_address)


def _understood(context: AppContext) -> tuple[_Asked, date]:
    """What was asked for, and the record's own date."""
    page_request = _Asked.of(request.args)
    with open_request(context, page_request.filters.search()) as view:
        return page_request, view.view.catalogue.programme.as_of


def _spoken() -> str:
    return language_of(request.query_string.decode("ascii", "ignore"))


def _page(page_request: _Asked, period: Period, told: list[Letter], problem: str = "") -> Response:
    languages = {"en": _("English"), "zh": _("Chinese"), BOTH: _("Both, Chinese beneath the English")}
    return plain_pages.manage(
        "digest.html",
        400 if problem else 200,
        title=_("Newsletter"),
        lead=_("What a period brought, in words to send and to paste; every number leads to the dashboard."),
        problem=problem,
        since=page_request.since or period.since.isoformat(),
        until=page_request.until or period.until.isoformat(),
        filters=parse_qsl(page_request.filters.query()),
        languages=[(code, name, code == page_request.language) for code, name in languages.items()],
        readers=[(code, name, code == page_request.whom) for code, name in audience.readers().items()],
        letters=told,
        tags=TAGS,
        mail=page_request.file("html", period) if told else "",
        paste=page_request.file("md", period) if told else "",
        text=newsletter_parts.markdown(told) if told else "",
        said={
            "since": _("From"), "until": _("To"), "language": _("Language"), "show": _("Show"),
            "mail": _("HTML mail"), "paste": _("Markdown file"), "preview": _("Preview"),
            "text": _("The same as Markdown, to paste"), "period": _("Period"), "readers": _("For whom"),
        },
    )  # fmt: skip
