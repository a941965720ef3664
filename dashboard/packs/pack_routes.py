"""The route that makes meeting packs. It makes one pack at a time, while the browser waits."""

import io
import logging
from threading import Lock

from flask import Flask, Response, request, send_file
from sqlalchemy import Engine

from callbacks.requests.page_request import AppContext
from dashboard.packs import audience
from dashboard.packs.chromium import PrintingProblem
from dashboard.packs.meeting_pack import FORMATS, LANGUAGES, Packer
from dashboard.pages import plain_pages
from data import decks
from data.decks import DeckProblem
from data.filters import Filters
from data.places import Boundaries
from layouts import words
from layouts.words import _

log = logging.getLogger(__name__)


def install(server: Flask, context: AppContext, accounts: Engine, boundaries: Boundaries) -> None:
    """Add the route."""
    packer = Packer.on(context, boundaries)
    # Chromium uses one processor and some hundred megabytes: further requests wait.
    one_at_a_time = Lock()

    @server.post("/pack", endpoint="pack")
    def make_pack() -> Response:
        file_format, language = request.form.get("format", ""), request.form.get("lang", "en")
        text_language = "zh" if language == "zh" else plain_pages.reader_language()
        with words.speaking(text_language):
            if file_format not in FORMATS or language not in LANGUAGES:
                return _message(
                    400, _("This form could not be read"), _("Choose a format and a language among the decks.")
                )
            try:
                deck = decks.read(accounts, request.form.get("deck", ""))
                show = _show()
                with one_at_a_time, audience.seen_by(request.form.get("for", ""), context, accounts, show.edition):
                    pack = packer.make(deck, show, file_format, language, notes=_ticked("notes"), rows=_ticked("rows"))
            except DeckProblem:
                text = _("Somebody has removed or renamed it since. Choose another one among the decks.")
                return _message(404, _("This deck is gone"), text)
            except PrintingProblem as problem:
                log.error("a pack could not be printed", exc_info=problem)  # noqa: TRY400 - with its cause
                return _message(503, *problem_words(problem))
        return send_file(io.BytesIO(pack.content), FORMATS[file_format], as_attachment=True, download_name=pack.name)


def _show() -> Filters:
    """The filters of the whole pack, as in an address, with the chosen edition."""
    filters = Filters.from_search(request.form.get("filters"))
    edition = Filters.from_search(f"edition={request.form.get('edition', '')}").edition
    return filters.of_edition(edition or filters.edition)


def _ticked(name: str) -> bool:
    return request.form.get(name) == "1"


def _message(status: int, title: str, text: str) -> Response:
    return plain_pages.message(status, title, text, way=(_("Decks"), plain_pages.address("/decks")))


def problem_words(problem: PrintingProblem) -> tuple[str, str]:
    """The title and text about a printing problem, in the current language."""
    if problem.reason == "missing":
        return (
            _("There is no browser to print with"),
            _(
                "A PDF is drawn by Chromium, which this server has not got. Ask who runs it to install Chromium, or to "
                "name one in SCORE_CHROMIUM. PowerPoint works without it."
            ),
        )
    if problem.reason == "late":
        return (
            _("The pack took too long to draw"),
            _("Try again when the server has less to do, or make it of a shorter deck."),
        )
    return (
        _("The pack could not be drawn"),
        _("Chromium failed; what it said is in the log. Try again; if it fails again, tell who runs this server."),
    )
