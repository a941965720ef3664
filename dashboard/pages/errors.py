"""Error pages, error messages over a page, and the health route.

The errors are: a record that cannot be read (the request is repeated once if that may help); an edition that cannot be
used; an accounts database that does not answer or is of another version.
"""

import logging

from dash import set_props
from flask import Flask, Response, g, jsonify, request
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from dashboard.pages import plain_pages
from data.editions.frozen_copies import EditionProblem
from data.exhibit import SelectionRefused
from data.filters import Filters
from data.records import Record, Records
from data.storage.accounts import AccountsProblem
from data.storage.database import DatabaseProblem
from layouts import ids, words
from layouts.pages import page_at
from layouts.parts import cards
from layouts.texts import selection_words
from layouts.words import _

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 3600
"""The Retry-After header of a link that waits for an edition."""


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
        """Check the record before a page is opened, so that the page shows the error if it cannot be read."""
        if (
            request.method == "GET"
            and "text/html" in request.headers.get("Accept", "")
            and request.endpoint != "health"
        ):
            _record_of_page(records).catalogue()

    @server.errorhandler(DatabaseProblem)
    def unreadable(problem: DatabaseProblem) -> AnyResponse:
        return _repeated(server, problem) if _may_be_repeated(problem) else _unreadable(problem)

    @server.errorhandler(SelectionRefused)
    def not_shown(refused: SelectionRefused) -> Response:
        with words.speaking(plain_pages.reader_language()):
            return plain_pages.message(
                403,
                *selection_words.refusal(refused.threshold, alone=refused.wider is None),
                way=_wider(refused, request.path),
            )

    @server.errorhandler(EditionProblem)
    def no_edition(problem: EditionProblem) -> Response:
        log.warning("an edition cannot be used: %s", problem)
        with words.speaking(plain_pages.reader_language()):
            return _without_edition(problem)

    server.register_error_handler(SQLAlchemyError, _without_accounts)
    server.register_error_handler(AccountsProblem, _other_accounts)

    @server.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return plain_pages.refusal(error.code or 500)

    @server.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log.error("%s %s", request.method, _path_for_log(), exc_info=error)
        return plain_pages.refusal(500)


def _wider(refused: SelectionRefused, path: str = "") -> tuple[str, str] | None:
    """A link (text, address) to the nearest wider selection that is shown; None if there is none."""
    if refused.wider is None:
        return None
    return selection_words.wider(), path + (refused.wider.search(words.language()) or "?")


def _path_for_log() -> str:
    """The requested path, without the token of a link or a one-time address."""
    return str(request.url_rule) if "token" in (request.view_args or {}) else request.path


def show_callback_error(error: Exception) -> None:
    """Show the error of a callback over the page, which is faded under it (10-theme.css). The log has the details."""
    g.pop("record_versions", None)  # so that the error message is not cached
    if isinstance(error, DatabaseProblem) and _may_be_repeated(error):
        raise error
    refused = isinstance(error, SelectionRefused)  # not a failure: the message replaces the page
    if not refused:
        log.error("callback failed: %s", request.path, exc_info=error)
    with words.speaking(plain_pages.posted_language()):
        if isinstance(error, DatabaseProblem):
            title, text = _problem_words(error)
        elif isinstance(error, EditionProblem):
            title, text = edition_words(error)
        elif isinstance(error, SelectionRefused):
            title, text = selection_words.refusal(error.threshold, alone=error.wider is None)
        else:
            title = _("This could not be worked out")
            text = _(
                "What stands below may be out of date. Reload the page; if it happens again, tell who runs this server."
            )
        way = _wider(error) if isinstance(error, SelectionRefused) else None
        set_props(ids.PROBLEM, {"content": cards.notice([title, text], alone=refused, way=way)})


def _problem_words(problem: DatabaseProblem) -> tuple[str, str]:
    """The error of the results database and what to do (title, text), in the current language."""
    texts = {
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
        "large": (
            _("The results database holds more than can be shown"),
            _(
                "It has more results or modules than this software counts; the log says how many. Ask who runs this "
                "server to give each programme a database of its own."
            ),
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
    return texts.get(problem.reason, unreadable)


def _may_be_repeated(problem: DatabaseProblem) -> bool:
    """True if the request may be repeated once, over a new connection.

    Only a request that reads may be repeated. After a failed save the reader sees the error and checks what was saved.
    """
    reads = request.method in ("GET", "HEAD") or request.path == plain_pages.UPDATE
    return problem.passing and reads and not g.get("repeated")


def edition_words(problem: EditionProblem) -> tuple[str, str]:
    """The error of an edition and what to do (title, text), for the present viewer, in the current language."""
    if problem.reason == "waits":
        return (
            _("The data for this link is being prepared"),
            _("The office that sent it prepares what it will show. Come back later by the same address."),
        )
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


def _record_of_page(records: Records) -> Record:
    """The record of the requested page."""
    if g.viewer is None or page_at(request.path) is None:
        return records.live
    return records.record_for(g.viewer, Filters.from_search(request.query_string.decode("ascii", "ignore")))


def _repeated(server: Flask, problem: DatabaseProblem) -> AnyResponse:
    g.repeated = True
    log.warning("asked again: %s", problem)
    try:
        return server.make_response(server.dispatch_request())
    except Exception as error:  # noqa: BLE001 - handled like any other error
        return server.make_response(server.handle_user_exception(error))


def _unreadable(problem: DatabaseProblem) -> Response:
    log.error("the results database cannot be read", exc_info=problem)
    with words.speaking(plain_pages.reader_language()):
        return plain_pages.message(503, *_problem_words(problem), detail=problem.reason)


def _without_edition(problem: EditionProblem) -> Response:
    title, text = edition_words(problem)
    if g.viewer and g.viewer.limited:
        response = plain_pages.message(503, title, text)
        if problem.reason == "waits":
            response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    live = "/" if words.language() == "en" else f"/?lang={words.language()}"
    return plain_pages.message(404 if problem.reason == "gone" else 503, title, text, way=(_("The live record"), live))


def _without_accounts(error: SQLAlchemyError) -> Response:
    """The page for an SQLAlchemy error of the accounts. Errors of the results are a :class:`DatabaseProblem`."""
    if isinstance(error, DataError):  # a text or a number that no database can store: nothing is found by it
        log.warning("%s %s", request.method, _path_for_log(), exc_info=error)
        return plain_pages.refusal(404)
    log.error("the accounts database cannot be used", exc_info=error)
    with words.speaking(plain_pages.reader_language()):
        return plain_pages.message(
            503,
            _("Who you are cannot be looked up just now"),
            _("The database of managers, links and decks does not answer. Nothing is lost: try again in a moment."),
        )


def _other_accounts(problem: AccountsProblem) -> Response:
    log.error("the accounts database is %s than this software (version %s)", problem.reason, problem.detail)
    with words.speaking(plain_pages.reader_language()):
        return plain_pages.message(
            503,
            _("The accounts database was made by another version of this software"),
            _('Run "score-dashboard upgrade"; if it is of a newer version, start that one.'),
        )
