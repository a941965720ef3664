"""Plain pages before Dash: the ways in, refusals, a record that cannot be read, what went wrong, health."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request
from plotly.io.json import to_json_plotly
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from data.access import Permission
from data.database import DatabaseProblem
from data.editions import EditionProblem
from data.exhibits import SelectionRefused
from data.filters import LANGUAGES, Filters, language_of
from data.record import Record, Records
from layouts import findings, ids, parts, words
from layouts.pages import page_at
from layouts.words import _, ngettext

UPDATE = "/_dash-update-component"
"""Where callbacks are posted."""

log = logging.getLogger(__name__)


def reader_language() -> str:
    """The language of someone we know nothing of: the address's, else the browser's."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en") or "en"


def posted_language() -> str:
    """The language of the address a callback was posted with."""
    body: Any = request.get_json(silent=True)
    inputs = body.get("inputs", []) if isinstance(body, dict) else []
    for each in inputs if isinstance(inputs, list) else []:
        if isinstance(each, dict) and each.get("id") == ids.ADDRESS and each.get("property") == "search":
            return language_of(each.get("value") if isinstance(each.get("value"), str) else None)
    return "en"


def refusal(status: int) -> Response:
    """The page for a request that gets no answer; it says the same whatever was asked for."""
    with words.speaking(reader_language()):
        said = {
            400: (
                _("This address is not served"),
                _("Open the address exactly as it was printed when the server started."),
            ),
            401: _not_signed_in(local=True),
            403: (
                _("This request came from another site"),
                _("It was not carried out. Go back and try from the page itself."),
            ),
            404: (
                _("There is nothing at this address"),
                _("Check the address, or go to the overview."),
            ),
        }
        other = (_("Something went wrong"), _("It has been written to the log. Try again in a moment."))
        way = (_("Overview"), "/") if status == 404 else None  # noqa: PLR2004 - nothing at this address
        return message(status, *said.get(status, other), way=way)


def way_in(*, local: bool) -> AnyResponse:
    """For whoever is not signed in: the sign-in page, and in the local mode where to look for the address."""
    if local or request.method != "GET" or "text/html" not in request.headers.get("Accept", ""):
        with words.speaking(reader_language()):
            return message(401, *_not_signed_in(local=local))
    asked = request.full_path.removesuffix("?")
    told = {"next": "" if asked == "/" else asked, "lang": request.args.get("lang", "")}
    query = urlencode({name: value for name, value in told.items() if value})
    return redirect(f"/sign-in?{query}" if query else "/sign-in")


def _not_signed_in(*, local: bool) -> tuple[str, str]:
    where = (
        _("Open the one-time address printed when the server started. It works once; restart for a new one.")
        if local
        else _("Sign in, then try again. Whoever has a link opens the link again.")
    )
    return _("You are not signed in"), where


def link_ended() -> Response:
    """The page for who comes by a link that opens nothing (any more): it does not say which of these it is."""
    with words.speaking(reader_language()):
        return message(
            401,
            _("This link has ended"),
            _("It has run out, was ended, or never was a link. Ask whoever sent it for a new one."),
        )


def too_much(seconds: int) -> Response:
    """The answer to who asks more than anyone reads: a page, or the same as a notice over the page they are on."""
    posted = request.path == UPDATE
    with words.speaking(posted_language() if posted else reader_language()):
        title = _("That was more than this link may ask at once")
        text = ngettext(
            "Wait {n} second and go on. Nothing is lost.", "Wait {n} seconds and go on. Nothing is lost.", seconds
        )
        if posted:
            notice = {ids.PROBLEM: {"children": parts.notice([title, text])}}
            told = to_json_plotly({"multi": True, "response": {}, "sideUpdate": notice})  # as Dash writes answers
            response = Response(told, 429, mimetype="application/json")
        else:
            response = message(429, title, text)
    response.headers["Retry-After"] = str(seconds)
    return response


def message(status: int, title: str, text: str, *, detail: str = "", way: tuple[str, str] | None = None) -> Response:
    """A page that says one thing; `way` is (text, address) of where to go from it.

    A manager who looks through a link finds the way out of it here too.
    """
    own, viewer = g.get("own"), g.get("viewer")
    body = render_template(
        "page.html",
        language=words.language(),
        title=title,
        text=text,
        detail=detail,
        status=status,
        way=way,
        leave=_("Back to my own view") if own and viewer and viewer.limited else "",
    )
    return make_response(body, status)


def form(  # noqa: PLR0913 - what stands on a page with a form
    status: int,
    *,
    title: str,
    text: str,
    problem: str = "",
    fields: list[tuple[str, str, str, str]],
    submit: str,
    beside: tuple[str, str] | None = None,
    filled: Mapping[str, str] | None = None,
) -> Response:
    """A page with a form that posts to its own address.

    `fields` are (name, type, label, what a browser may fill in), `filled` what stands in some of them already;
    `beside` is (text, address) of another way.
    """
    body = render_template(
        "form.html",
        language=words.language(),
        title=title,
        text=text,
        problem=problem,
        fields=fields,
        submit=submit,
        beside=beside,
        filled=filled or {},
    )
    return make_response(body, status)


def manage(template: str, status: int = 200, here: str = "", **context: Any) -> Response:
    """A plain page, framed by the way to the tools its viewer may use; speaks the language spoken.

    `here` is its address without a language, where that is not the path asked for. Templates say ``_()`` themselves.
    """
    language = words.language()
    ask = f"?lang={language}" if language != "en" else ""
    own, viewer = g.get("own"), g.viewer
    every = [
        (Permission.BROWSE, _("Dashboard"), "/"),
        (Permission.PRESENT, _("Present"), "/present"),
        (Permission.MANAGE_LINKS, _("Share"), "/share"),
        (Permission.MANAGE_DECKS, _("Decks"), "/decks"),
        (Permission.MAKE_NEWSLETTERS, _("Newsletter"), "/digest"),
        (Permission.CHOOSE_EDITION, _("Editions"), "/editions"),
        (Permission.IMPORT, _("Import"), "/import"),
    ]
    tools = [(name, address) for permission, name, address in every if viewer.may(permission)]
    other = "en" if language == "zh" else "zh"
    if not here:
        kept = urlencode([each for each in request.args.items(multi=True) if each[0] != "lang"])
        here = f"{request.path}?{kept}" if kept else request.path
    body = render_template(
        template,
        language=language,
        tools=[(name, address + ask, request.path.startswith(address) and address != "/") for name, address in tools],
        switch=(words.LANGUAGES[other], _in_language(here, other), other),
        _=_,
        sign_out="" if viewer.limited else _("Sign out"),
        leave=_("Back to my own view") if own and viewer.limited else "",
        skip=_("Skip to content"),
        **context,
    )
    return make_response(body, status)


def address(path: str, **asked: str) -> str:
    """An address of ours that keeps the language spoken."""
    if words.language() != "en":
        asked["lang"] = words.language()
    return f"{path}?{urlencode(asked)}" if asked else path


def _in_language(address: str, language: str) -> str:
    asks = "" if language == "en" else f"{'&' if '?' in address else '?'}lang={language}"
    return address + asks


def problem_words(problem: DatabaseProblem) -> tuple[str, str]:
    """What is wrong with the results database and what to do, in the language spoken."""
    said = {
        "missing": (
            _("There is no results database yet"),
            _('Run "make serve" to build it from the public record, or "score-dashboard load PATH" to load your own.'),
        ),
        "empty": (
            _("The results database holds no programme"),
            _('Load one with "score-dashboard load PATH".'),
        ),
        "schema": (
            _("The results database was made by another version of this software"),
            _('Run "score-dashboard upgrade"; if it is of a newer version, start that one.'),
        ),
        "slow": (
            _("This took too long"),
            _(
                "The results database did not answer in time, and was asked to stop. Choose less with the filters, or "
                "try again in a moment; everything else goes on working."
            ),
        ),
    }
    unreadable = (
        _("The results database cannot be read just now"),
        _("It may be locked, unreachable or damaged. Nothing is lost: try again in a moment, or look into the log."),
    )
    return said.get(problem.reason, unreadable)


def may_be_asked_again(problem: DatabaseProblem) -> bool:
    """Is this a question that may be put once more, to a connection that was not broken off or a replica that went on?

    Only what reads alone is; whoever saves something is told, and sees for themselves what was saved.
    """
    reads = request.method in ("GET", "HEAD") or request.path == UPDATE
    return problem.passing and reads and not g.get("asked_again")


def edition_words(problem: EditionProblem) -> tuple[str, str]:
    """What is wrong with an edition and what to do, in the language spoken, for whoever asks now."""
    if g.viewer and g.viewer.edition:
        return (
            _("What this link shows cannot be shown any more"),
            _("The frozen copy of the record it is for is gone or was changed. Ask whoever sent it for a new link."),
        )
    if problem.reason == "changed":
        return (
            _("This edition is not what was frozen"),
            _("Its file has been changed since. Nothing is shown from it: put the file back, or freeze a new edition."),
        )
    return (
        _("This edition is gone"),
        _("There is no frozen copy of this name any more. Choose another, or look at the live record."),
    )


def _looked_into(records: Records) -> Record:
    """The record that a page is opened on."""
    if g.viewer is None or page_at(request.path) is None:
        return records.live
    return records.asked(g.viewer, Filters.from_search(request.query_string.decode("ascii", "ignore")))


def _asked_again(server: Flask, problem: DatabaseProblem) -> AnyResponse:
    g.asked_again = True
    log.warning("asked again: %s", problem)
    try:
        return server.make_response(server.dispatch_request())
    except Exception as error:  # noqa: BLE001 - is answered as any other
        return server.make_response(server.handle_user_exception(error))


def _unreadable(problem: DatabaseProblem) -> Response:
    log.error("the results database cannot be read", exc_info=problem)
    with words.speaking(reader_language()):
        return message(503, *problem_words(problem), detail=problem.reason)


def _without_edition(problem: EditionProblem) -> Response:
    title, text = edition_words(problem)
    if g.viewer and g.viewer.limited:
        return message(503, title, text)
    live = "/" if words.language() == "en" else f"/?lang={words.language()}"
    return message(404 if problem.reason == "gone" else 503, title, text, way=(_("The live record"), live))


def _without_accounts(error: SQLAlchemyError) -> Response:
    """The results tell what is wrong with them as a :class:`DatabaseProblem`: what is left is of the accounts."""
    if isinstance(error, DataError):  # a text or a number that no database holds: nothing is found by it
        log.warning("%s %s", request.method, request.path, exc_info=error)
        return refusal(404)
    log.error("the accounts database cannot be used", exc_info=error)
    with words.speaking(reader_language()):
        return message(
            503,
            _("Who you are cannot be looked up just now"),
            _("The database of managers, links and decks does not answer. Nothing is lost: try again in a moment."),
        )


def install(server: Flask, records: Records) -> None:
    """Add the health route, the check before every page, and the error pages."""

    @server.get("/health", endpoint="health")
    def health() -> tuple[Response, int]:
        try:
            records.live.catalogue()
        except DatabaseProblem:
            log.exception("health")
            return jsonify(status="no database"), 503
        return jsonify(status="ok"), 200

    @server.before_request
    def readable() -> None:
        """A page is opened on a record that answers, or says why it does not."""
        if (
            request.method == "GET"
            and "text/html" in request.headers.get("Accept", "")
            and request.endpoint != "health"
        ):
            _looked_into(records).catalogue()

    @server.errorhandler(DatabaseProblem)
    def unreadable(problem: DatabaseProblem) -> AnyResponse:
        return _asked_again(server, problem) if may_be_asked_again(problem) else _unreadable(problem)

    @server.errorhandler(SelectionRefused)
    def not_shown(refused: SelectionRefused) -> Response:
        with words.speaking(reader_language()):
            return message(403, *findings.refusal(refused.reason, refused.threshold))

    @server.errorhandler(EditionProblem)
    def no_edition(problem: EditionProblem) -> Response:
        log.warning("an edition cannot be used: %s", problem)
        with words.speaking(reader_language()):
            return _without_edition(problem)

    server.register_error_handler(SQLAlchemyError, _without_accounts)

    @server.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return refusal(error.code or 500)

    @server.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log.error("%s %s", request.method, request.path, exc_info=error)
        return refusal(500)
