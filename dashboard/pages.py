"""Plain pages before Dash: refusals, a record that cannot be read, what went wrong, health."""

import logging

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from data.database import DatabaseProblem
from data.filters import LANGUAGES
from data.record import Record
from layouts import words
from layouts.words import _

log = logging.getLogger(__name__)


def reader_language() -> str:
    """The language of someone we know nothing of: the address's, else the browser's."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en") or "en"


def refusal(status: int) -> Response:
    """The page for a request that gets no answer; it says the same whatever was asked for."""
    with words.speaking(reader_language()):
        said = {
            400: (
                _("This address is not served"),
                _("Open the address exactly as it was printed when the server started."),
            ),
            401: (
                _("You are not signed in"),
                _("Open the one-time address printed when the server started. It works once; restart for a new one."),
            ),
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
        return _page(status, *said.get(status, other))


def _page(status: int, title: str, text: str, detail: str = "") -> Response:
    body = render_template("page.html", language=words.language(), title=title, text=text, detail=detail, status=status)
    return make_response(body, status)


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
            _("Load the record again into a new database, or start the version it was made with."),
        ),
    }
    unreadable = (
        _("The results database cannot be read just now"),
        _("It may be locked, unreachable or damaged. Nothing is lost: try again in a moment, or look into the log."),
    )
    return said.get(problem.reason, unreadable)


def install(server: Flask, record: Record) -> None:
    """Add the health route, the check before every page, and the error pages."""

    @server.get("/health", endpoint="health")
    def health() -> tuple[Response, int]:
        try:
            record.catalogue()
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
            record.catalogue()

    @server.errorhandler(DatabaseProblem)
    def unreadable(problem: DatabaseProblem) -> Response:
        log.error("the results database cannot be read", exc_info=problem)
        with words.speaking(reader_language()):
            return _page(503, *problem_words(problem), detail=problem.reason)

    @server.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return refusal(error.code or 500)

    @server.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log.error("%s %s", request.method, request.path, exc_info=error)
        return refusal(500)
