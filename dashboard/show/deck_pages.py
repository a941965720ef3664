"""The pages where managers make decks: the list, the form of one deck, and the page that adds an exhibit."""

from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Flask, Response, abort, flash, g, redirect, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from callbacks.requests.page_request import AppContext, address_search, open_request
from dashboard.packs import audience
from dashboard.pages import plain_pages
from dashboard.show import deck_form
from dashboard.show.deck_form import Draft
from dashboard.show.form_choices import Choice
from data import decks
from data.decks import (
    LONGEST_NAME,
    LONGEST_NOTES,
    MOST_SLIDES,
    STANDARD,
    Deck,
    DeckProblem,
    DeckSlide,
)
from data.exhibits import SLIDES, current_code
from data.links import share_links
from data.storage.database import now
from layouts import words
from layouts.exhibits import name_of
from layouts.words import _, listed, ngettext, number

ADDRESS = "/decks"


def install(server: Flask, context: AppContext, accounts: Engine) -> None:
    """Add the routes."""
    desk = Desk(context, accounts)

    @server.get(ADDRESS, endpoint="decks")
    def all_decks() -> Response:
        with words.speaking(plain_pages.reader_language()):
            return desk.all_decks()

    @server.route(f"{ADDRESS}/edit", methods=["GET", "POST"], endpoint="deck")
    def deck() -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return desk.change() if request.method == "POST" else desk.opened()

    @server.route(f"{ADDRESS}/add", methods=["GET", "POST"], endpoint="deck-add")
    def add() -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return desk.add()

    @server.post(f"{ADDRESS}/remove", endpoint="deck-remove")
    def remove() -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return desk.remove(request.form.get("deck", ""))


@dataclass(frozen=True)
class Listed:
    """One deck in the list. ``lacking`` are messages about missing data; ``shown_by`` counts the links that show it."""

    name: str
    title: str
    what: str
    changed: str
    lacking: tuple[str, ...]
    shown_by: str


@dataclass(frozen=True)
class Desk:
    """The responses of the routes, in the current language."""

    context: AppContext
    accounts: Engine

    def all_decks(self, problem: str = "") -> Response:
        """The list of decks, with links to present, edit, copy, download or delete each."""
        known = [decks.read(self.accounts, STANDARD), *decks.decks(self.accounts)]
        open_links = [each for each in share_links.links(self.accounts) if each.state(now()) in ("active", "paused")]
        showing = Counter(each.terms.deck for each in open_links)
        return plain_pages.manage(
            "decks.html",
            404 if problem else 200,
            ADDRESS,
            title=_("Decks"),
            lead=_("Exhibits in an order, with filters and notes, for a meeting."),
            problem=problem,
            done=plain_pages.done_message(),
            decks=[self._listed(deck, showing[deck.name]) for deck in known],
            standard=STANDARD,
            languages=words.LANGUAGES,
            readers=audience.readers(),
            address=plain_pages.address,
        )

    def _listed(self, deck: Deck, showing: int) -> Listed:
        by_slide = [(at, list(deck_form.missing_data(slide, self.context))) for at, slide in enumerate(deck.slides, 1)]
        return Listed(
            name=deck.name,
            title=_("Standard deck") if deck.name == STANDARD else deck.name,
            what=ngettext("{n} slide", "{n} slides", len(deck.slides)),
            changed=_changed_text(deck),
            lacking=tuple(
                _("Slide {at}: {what}", at=number(at), what=listed(messages)) for at, messages in by_slide if messages
            ),
            shown_by=ngettext("{n} link shows it.", "{n} links show it.", showing) if showing else "",
        )

    def opened(self) -> AnyResponse:
        """The form of a deck, of a copy, or of a new deck, as the address requests."""
        name, copied = request.args.get("name", ""), request.args.get("copy", "")
        try:
            if name and name != STANDARD:
                known = decks.read(self.accounts, name)
                return self._form(Draft(known.name, known.slides, known.revision), done=plain_pages.done_message())
            if name or copied:
                return self._form(Draft("", decks.read(self.accounts, copied or name).slides))
        except DeckProblem:
            return self.all_decks(problem=_gone_text(name or copied))
        return self._form(Draft("", (DeckSlide(next(iter(SLIDES))),)))

    def change(self) -> AnyResponse:
        """Carry out the pressed button. Only the save buttons save the deck."""
        try:
            draft = Draft.posted()
            button = request.form.get("do", "")
            if button not in ("save", "save-as"):
                return self._form(draft.pressed(button), unsaved=True)
        except DeckProblem:
            return _unreadable()
        other = request.form.get("other", "") if button == "save-as" else None
        try:
            saved = decks.save(self.accounts, draft.deck(other), g.viewer.name)
        except DeckProblem as problem:
            return self._unsaved(replace(draft, opened=None), problem, other)
        flash(_("Saved."))
        return redirect(plain_pages.address(f"{ADDRESS}/edit", name=saved.name), code=303)

    def _unsaved(self, draft: Draft, problem: DeckProblem, other: str | None) -> Response:
        """The form with its posted values, with the reason why it was not saved and what to do."""
        if problem.reason == "changed":
            try:
                newer = decks.read(self.accounts, draft.name)
            except DeckProblem as gone:
                return self._unsaved(draft, gone, other)
            text = _(
                "{who} saved this deck on {moment}, after you had opened it. Nothing is lost: yours stands below, "
                "unsaved. Look at the newer one, or save yours under another name.",
                who=newer.changed_by,
                moment=words.moment(newer.changed_at or now()),
            )
            return self._form(draft, 409, problem=text, newer=newer.name, other=_other_name(draft.name))
        if problem.reason == "deck":
            # A new deck may have the old name.
            text = _("Somebody has deleted this deck since. Yours stands below, unsaved: save it to have it back.")
            return self._form(Draft(draft.name, draft.slides), 409, problem=text)
        status = 409 if problem.reason == "taken" else 400
        return self._form(draft, status, problem=_problem_text(problem), other=other)

    def _form(  # noqa: PLR0913 - the content of the form
        self,
        draft: Draft,
        status: int = 200,
        *,
        unsaved: bool = False,
        problem: str = "",
        done: str = "",
        newer: str = "",
        other: str | None = None,
    ) -> Response:
        stored = bool(draft.revision)
        here = f"{ADDRESS}/edit?{urlencode({'name': draft.name})}" if stored else f"{ADDRESS}/edit"
        return plain_pages.manage(
            "deck.html",
            status,
            here,
            title=draft.name if stored else _("New deck"),
            lead=_("What is changed here is kept once it is saved."),
            problem=problem,
            done=done,
            draft=draft,
            stored=stored,
            unsaved=unsaved or bool(problem),
            newer=newer,
            other=other,
            rows=deck_form.rows(draft, self.context),
            new=list(deck_form.exhibits("")),
            most=MOST_SLIDES,
            longest_name=LONGEST_NAME,
            longest_notes=LONGEST_NOTES,
            action=plain_pages.address(f"{ADDRESS}/edit", name=draft.name)
            if stored
            else plain_pages.address(f"{ADDRESS}/edit"),
            address=plain_pages.address,
        )

    def add(self) -> AnyResponse:
        """The form that adds an exhibit, with the filters of its page, to a deck. Adds it when posted."""
        slide, about = self._requested_slide()
        wanted, name = request.form.get("deck", ""), request.form.get("name", "")
        problem = ""
        if request.method == "POST":
            try:
                saved = (
                    decks.append(self.accounts, wanted, slide, g.viewer.name)
                    if wanted
                    else decks.save(self.accounts, Deck(name, (slide,)), g.viewer.name)
                )
            except DeckProblem as refused:
                problem = _problem_text(refused)
            else:
                flash(_("Added as slide {at}.", at=number(len(saved.slides))))
                there = plain_pages.address(f"{ADDRESS}/edit", name=saved.name)
                return redirect(f"{there}#slide-{len(saved.slides)}", code=303)
        known = [deck.name for deck in decks.decks(self.accounts)]
        return plain_pages.manage(
            "deck_add.html",
            400 if problem else 200,
            title=_("Add to a deck"),
            lead=name_of(slide.exhibit),
            problem=problem,
            about=about,
            decks=[Choice(each, each, each == wanted) for each in known],
            fresh=request.method == "POST" and not wanted,
            name=name,
            notes=slide.notes,
            longest_name=LONGEST_NAME,
            longest_notes=LONGEST_NOTES,
        )

    def _requested_slide(self) -> tuple[DeckSlide, str]:
        """The slide that an address requests, and its description."""
        exhibit, indicator = current_code(request.args.get("exhibit", "")), request.args.get("indicator", "")
        if exhibit not in SLIDES:
            abort(404)
        notes = request.form.get("notes", "").replace("\r\n", "\n")[:LONGEST_NOTES]
        with open_request(self.context, address_search()) as page_request:
            if not SLIDES[exhibit].by_indicator or indicator not in page_request.view.catalogue.indicator:
                indicator = ""
            about = [page_request.names.of("indicator", indicator)] if indicator else []
            return DeckSlide(exhibit, indicator, page_request.filters.query(), notes), " · ".join(
                [*about, page_request.filtered()]
            )

    def remove(self, name: str) -> AnyResponse:
        """Delete a deck."""
        try:
            decks.remove(self.accounts, name)
        except DeckProblem:
            return self.all_decks(problem=_gone_text(name))
        flash(_("“{name}” is deleted.", name=name))
        return redirect(plain_pages.address(ADDRESS), code=303)


def _changed_text(deck: Deck) -> str:
    if deck.changed_at is None:
        return _("Every programme has it; it cannot be changed, but copied.")
    return _("changed on {moment} by {who}", moment=words.moment(deck.changed_at), who=deck.changed_by)


def _gone_text(name: str) -> str:
    return _("There is no deck “{name}” any more.", name=name)


def _problem_text(problem: DeckProblem) -> str:
    """The message about a deck that cannot be saved."""
    return {
        "deck": _gone_text(problem.detail),
        "name": _("Give the deck a name of at most {most} letters; “standard” is taken.", most=LONGEST_NAME),
        "taken": _("There is a deck “{name}” already: choose another name.", name=problem.detail),
        "slides": _("A deck has 1 to {most} slides.", most=MOST_SLIDES),
    }[problem.reason]


def _other_name(name: str) -> str:
    """A name for the version of the manager who saved second."""
    return f"{name[: LONGEST_NAME // 2]} ({g.viewer.name[: LONGEST_NAME // 3]})"


def _unreadable() -> Response:
    return plain_pages.message(
        400,
        _("This form could not be read"),
        _("Nothing was changed. Open the deck again from the list."),
        way=(_("Decks"), plain_pages.address(ADDRESS)),
    )
