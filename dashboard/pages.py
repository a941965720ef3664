"""Plain pages before Dash: refusals, a record that cannot be read, boundaries for the map, health."""

import logging

from flask import Flask, Response, abort, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from callbacks import drawing
from callbacks.asking import Held, asking
from data.access import Permission
from data.database import DatabaseProblem
from data.exhibits import EXHIBITS, build, to_csv
from data.filters import LANGUAGES, Filters
from data.places import Boundaries
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
        title, text = {
            400: (_("This address is not served"), _("Open the address exactly as it was printed when the server started.")),
            401: (
                _("You are not signed in"),
                _("Open the one-time address that was printed when the server started. It works once; for a new one, restart."),
            ),
            403: (_("This request came from another site"), _("It was not carried out. Go back and try from the page itself.")),
            404: (_("There is nothing at this address"), _("Check the address, or go to the overview.")),
        }.get(status, (_("Something went wrong"), _("It has been written to the log. Try again in a moment.")))
        return _page(status, title, text)


def _page(status: int, title: str, text: str, detail: str = "") -> Response:
    body = render_template("page.html", language=words.language(), title=title, text=text, detail=detail, status=status)
    return make_response(body, status)


def problem_words(problem: DatabaseProblem) -> tuple[str, str]:
    """What is wrong with the results database and what to do, in the language spoken."""
    return {
        "missing": (
            _("There is no results database yet"),
            _("Run “make serve” to build it from the public record, or “score-dashboard load PATH” to load your own."),
        ),
        "empty": (
            _("The results database holds no programme"),
            _("Load one with “score-dashboard load PATH”."),
        ),
        "schema": (
            _("The results database was made by another version of this software"),
            _("Load the record again into a new database, or start the version it was made with."),
        ),
    }.get(
        problem.reason,
        (
            _("The results database cannot be read just now"),
            _("It may be locked, unreachable or damaged. Nothing is lost; try again in a moment, and look into the log."),
        ),
    )


def _search() -> str:
    return request.query_string.decode("ascii", "ignore")


def install(server: Flask, held: Held, boundaries: Boundaries) -> None:
    """Add the routes and error pages."""
    record = held.record

    @server.get("/health", endpoint="health")
    def health() -> tuple[Response, int]:
        try:
            record.catalogue()
        except DatabaseProblem as problem:
            log.error("health: %s", problem)
            return jsonify(status="no database"), 503
        return jsonify(status="ok"), 200

    shapes = {"provinces": boundaries.provinces, "south_china_sea": boundaries.south_china_sea}

    @server.get("/boundaries/<fingerprint>/<name>.geojson")
    def boundary(fingerprint: str, name: str) -> Response:
        if fingerprint != boundaries.fingerprint or name not in shapes:
            abort(404)
        response = make_response(shapes[name])
        response.mimetype = "application/geo+json"
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return response

    @server.get("/table/<name>")
    def table(name: str) -> Response:
        with asking(held, _search()) as asked:
            indicator = request.args.get("indicator")
            if indicator is not None and indicator not in asked.view.catalogue.indicator:
                abort(404)
            try:
                shown = drawing.table(asked, name, indicator)
            except KeyError:
                abort(404)
            code = name if name in EXHIBITS else {"states": "module-funnel"}.get(name)
            export = asked.href(f"/export/{code}.csv") if code and g.viewer.may(Permission.EXPORT) else ""
            return make_response(render_template("table.html", table=shown, export=export, all_rows=_("All rows as CSV")))

    @server.get("/export/<code>.csv")
    def export(code: str) -> Response:
        if code not in EXHIBITS or not g.viewer.may(Permission.EXPORT):
            abort(404)
        with record.view(g.viewer, Filters.from_search(_search())) as view:
            response = make_response(to_csv(build(view, code)))
            name = f"{view.catalogue.programme.code}-{code}-{view.of.as_of}.csv"
            synthetic = view.catalogue.programme.synthetic
        response.mimetype = "text/csv"
        response.headers["Content-Disposition"] = f"attachment; filename={'synthetic-' if synthetic else ''}{name}"
        return response

    @server.before_request
    def readable() -> Response | None:
        """A page is opened on a record that answers, or says why it does not."""
        if request.method == "GET" and "text/html" in request.headers.get("Accept", "") and request.endpoint != "health":
            record.catalogue()
        return None

    @server.errorhandler(DatabaseProblem)
    def unreadable(problem: DatabaseProblem) -> Response:
        log.error("the results database cannot be read: %s", problem)
        with words.speaking(reader_language()):
            return _page(503, *problem_words(problem), detail=problem.reason)

    @server.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return refusal(error.code or 500)

    @server.errorhandler(Exception)
    def failed(_error: Exception) -> Response:
        log.exception("%s %s", request.method, request.path)
        return refusal(500)
