"""The form that makes a share link: what was typed, the terms it asks for, and what is wrong with it in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from flask import request
from sqlalchemy import Engine
from werkzeug.datastructures import MultiDict

from callbacks.page_request import AppContext, PageRequest, open_request
from dashboard.pages import errors
from dashboard.show import form_choices
from dashboard.show.form_choices import Choice
from data import decks
from data.decks import STANDARD, DeckProblem
from data.editions.frozen_copies import LIVE, EditionProblem
from data.filters import Filters
from data.links import link_editions, link_terms
from data.links.link_editions import FREEZE
from data.links.link_terms import (
    DEFAULT_DAYS,
    LONGEST_LABEL,
    LONGEST_PASSWORD,
    MOST_DAYS,
    SCOPE_DIMENSIONS,
    SHORTEST_PASSWORD,
    Audience,
    LinkProblem,
    Terms,
)
from data.privacy.viewer import BASES, DEFAULT_THRESHOLD
from data.records import Record
from layouts import words
from layouts.words import _, ngettext, number

ADDRESS = "/share"

LIMITS = {
    "bases": [str(each) for each in BASES],
    "default_days": DEFAULT_DAYS,
    "most_days": MOST_DAYS,
    "shortest_password": SHORTEST_PASSWORD,
    "longest_password": LONGEST_PASSWORD,
    "longest_label": LONGEST_LABEL,
}
"""What the browser already holds the fields to."""

Problem = LinkProblem | EditionProblem | DeckProblem
PROBLEMS = (LinkProblem, EditionProblem, DeckProblem)
_TICKED = ("bare", "names", "export")


@dataclass(frozen=True)
class Draft:
    """A link as it stands in the form, understood or not.

    ``edition`` is a key, ``FREEZE`` for one still to be frozen, ``LIVE``, or empty where nothing was said. ``bare`` is
    the wish that nothing be withheld. ``dropped``: the view it was begun from has filters a link has not.
    """

    scope: Filters
    label: str = ""
    audience: str = Audience.DONOR.value
    edition: str = ""
    deck: str = STANDARD
    days: str = str(DEFAULT_DAYS)
    threshold: str = str(DEFAULT_THRESHOLD)
    bare: bool = False
    names: bool = False
    export: bool = False
    password: str = ""
    dropped: bool = False

    @classmethod
    def begun(cls) -> Self:
        """The draft an address asks for: the filters of the view it comes from, and what else it says."""
        page_request = Filters.from_search(request.query_string.decode("ascii", "ignore"))
        scope = Filters()
        for name in SCOPE_DIMENSIONS:
            scope = scope.with_codes(name, page_request.codes(name))
        return cls(scope, dropped=bool(page_request.module or page_request.as_of), **_texts(request.args))

    @classmethod
    def posted(cls) -> Self:
        """The draft as it was filled in."""
        scope = Filters()
        for name in SCOPE_DIMENSIONS:
            scope = scope.with_codes(name, request.form.getlist(name))
        return cls(scope, password=request.form.get("password", ""), **_texts(request.form))

    def address(self, language: str = "en") -> str:
        """Where the form stands filled in like this, but for its password."""
        said = {
            field.name: "1" if field.name in _TICKED else getattr(self, field.name)
            for field in fields(self)
            if field.name not in ("scope", "password", "dropped") and getattr(self, field.name) != field.default
        }
        query = "&".join(part for part in (self.scope.query(language), urlencode(said)) if part)
        return f"{ADDRESS}?{query}" if query else ADDRESS

    def settled(self, context: AppContext) -> Self:
        """The draft with an edition where nothing was said: the latest, or one of now if the record went on since."""
        if self.edition:
            return self
        found = link_editions.latest(context.records)
        now = found is None or link_editions.is_outdated(context.records, found)
        return replace(self, edition=FREEZE if now or found is None else found.key)

    def terms(self) -> Terms:
        """The terms it asks for, whose edition may be still to be frozen; raises :class:`LinkProblem`."""
        if self.audience not in list(Audience):
            raise LinkProblem("audience", self.audience)
        audience = Audience(self.audience)
        return Terms(
            audience=audience,
            scope=link_terms.scope_of(self.scope.query()),
            threshold=None if self.bare else whole(self.threshold, "threshold"),
            names=self.names,
            export=self.export,
            edition=None if self.edition == LIVE else self.edition or None,
            deck=self.deck if audience is Audience.COMMITTEE else None,
        )


def _texts(said: MultiDict[str, str]) -> dict[str, Any]:
    """What a form, or an address, says beside the scope."""
    texts = {name: said[name] for name in ("label", "audience", "edition", "deck", "days", "threshold") if name in said}
    return texts | {name: said.get(name) == "1" for name in _TICKED}


def whole(text: str, reason: str) -> int:
    """A whole number as typed; raises :class:`LinkProblem` for this reason."""
    try:
        return int(text)
    except ValueError as error:
        raise LinkProblem(reason, text) from error


def sound(terms: Terms, context: AppContext, accounts: Engine) -> Terms:
    """`terms` for a record and a deck that are there, the edition by its key; raises one of :data:`PROBLEMS`."""
    record = record_of(terms.edition, context)
    if terms.deck:
        decks.read(accounts, terms.deck)
    key = record.edition.key if record.edition else terms.edition
    return replace(terms, edition=key).fit(public=record.catalogue().programme.public)


def record_of(edition: str | None, context: AppContext) -> Record:
    """The record a link is to show, by what its terms or its draft say; raises :class:`EditionProblem`."""
    return context.records.live if edition in (None, "", FREEZE, LIVE) else context.records.edition(str(edition))


@contextmanager
def looking(context: AppContext, draft: Draft) -> Iterator[PageRequest]:
    """The whole record a draft is of; the live one where its edition cannot be used."""
    try:
        edition = record_of(draft.edition, context).edition
    except EditionProblem:
        edition = None
    with open_request(
        context, Filters(edition=edition.key if edition else None).search(words.language())
    ) as page_request:
        yield page_request


def record_choices(draft: Draft, context: AppContext) -> list[Choice]:
    """The record frozen now, every edition, and of a public record the live one."""
    chosen = draft.edition
    now = [Choice(FREEZE, _("The record as it is now, frozen when the link is made"), chosen == FREEZE)]
    public = context.records.live.catalogue().programme.public
    live = [Choice(LIVE, _("The live record, where no number is withheld"), chosen == LIVE)] if public else []
    return [*now, *form_choices.frozen(context, "" if chosen in (FREEZE, LIVE) else chosen), *live]


def scope_choices(draft: Draft, page_request: PageRequest) -> list[tuple[str, str, list[Choice]]]:
    """Per dimension of a scope its name, its title, and every code with enterprises; what is ticked stays ticked."""
    titles = {
        "partner": _("Partners"),
        "sector": _("Sectors"),
        "round": _("Rounds"),
        "phase": _("Phases"),
        "place": _("Places"),
    }
    return [
        (name, titles[name], form_choices.codes(page_request, name, draft.scope.codes(name)))
        for name in SCOPE_DIMENSIONS
    ]


def deck_choices(draft: Draft, accounts: Engine) -> list[Choice]:
    """The standard deck and every other; one that is asked for and gone as well."""
    names = [STANDARD, *(deck.name for deck in decks.decks(accounts))]
    found = [Choice(name, _("Standard deck") if name == STANDARD else name, name == draft.deck) for name in names]
    if not any(each.chosen for each in found):
        found.append(Choice(draft.deck, _("{name} (gone)", name=draft.deck), chosen=True))
    return found


def wrong(problem: Problem) -> tuple[str, str]:
    """The field of the form a problem is of (empty where it is of none), and what is wrong in words."""
    if isinstance(problem, EditionProblem):
        if problem.reason == "folder":
            return "edition", _("The edition could not be written: {why}. Nothing was frozen.", why=problem.detail)
        return "edition", words.sentences(*errors.edition_words(problem))
    if isinstance(problem, DeckProblem):
        return "deck", _("There is no deck of this name any more. Choose another.")
    field = {"long": "scope", "public": "threshold", "unfrozen": "edition"}.get(problem.reason, problem.reason)
    return field, _words(problem)


def _words(problem: LinkProblem) -> str:
    said = {
        "audience": _("Choose whom the link is for."),
        "scope": _("“{what}” is no part of a scope. Untick it.", what=problem.detail),
        "long": _("So many parts do not fit into one link. Tick a province rather than its cities."),
        "threshold": _("Choose 5 or 10."),
        "public": _("This record is not public: a link to it must withhold small numbers."),
        "edition": _(
            "The live record is for links that withhold nothing. Choose an edition, or freeze the record now."
        ),
        "unfrozen": _(
            "There is nothing to look at yet: a link shows a frozen edition. Freeze it now and look, or make the "
            "link, which freezes it."
        ),
        "deck": _("A deck is for a committee."),
        "days": _("Write a number of days from 1 to {most}.", most=MOST_DAYS),
        "password": _("A password has {least} to {most} letters.", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD),
        "label": _("A name has at most {most} letters.", most=LONGEST_LABEL),
        "link": _("There is no link {number}.", number=problem.detail),
        "over": _("Link {number} was revoked: it is over for good. Make a new one.", number=problem.detail),
        "older": _("Link {number} shows this edition already, or a newer one.", number=problem.detail),
    }
    return _few(problem) if problem.reason == "few" else said[problem.reason]


def _few(problem: LinkProblem) -> str:
    changed, needed = map(int, problem.detail.split())
    return words.sentences(
        ngettext("Only {n} enterprise of this link has changed since.",
                 "Only {n} enterprises of this link have changed since.", changed),
        _("Whoever saw both editions could tell what changed of so few. From {needed} on it can be moved; until then "
          "leave it, or make a new link for others.", needed=number(needed)),
    )  # fmt: skip
