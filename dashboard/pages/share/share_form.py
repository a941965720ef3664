"""The form for a new share link: its values, the terms made from them, and its error messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from flask import request
from sqlalchemy import Engine
from werkzeug.datastructures import MultiDict

from callbacks.requests.page_request import AppContext, PageRequest, open_request
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
"""Limits that the browser checks in the form."""

Problem = LinkProblem | EditionProblem | DeckProblem
PROBLEMS = (LinkProblem, EditionProblem, DeckProblem)
_CHECKBOXES = ("bare", "names", "export")


@dataclass(frozen=True)
class Draft:
    """The values in the form, valid or not.

    ``edition`` is a key, ``FREEZE`` for one still to be frozen, ``LIVE``, or empty if nothing is chosen. ``bare``:
    nothing is to be withheld. ``dropped``: the view it was begun from has filters that a link cannot have.
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
    def from_address(cls) -> Self:
        """The draft from the query parameters: the filters of a view, and other values of the form."""
        filters = Filters.from_search(request.query_string.decode("ascii", "ignore"))
        scope = Filters()
        for name in SCOPE_DIMENSIONS:
            scope = scope.with_codes(name, filters.codes(name))
        return cls(scope, dropped=bool(filters.module or filters.as_of), **_values(request.args))

    @classmethod
    def from_form(cls) -> Self:
        """The draft from the posted form."""
        scope = Filters()
        for name in SCOPE_DIMENSIONS:
            scope = scope.with_codes(name, request.form.getlist(name))
        return cls(scope, password=request.form.get("password", ""), **_values(request.form))

    def address(self, language: str = "en") -> str:
        """The address of the form with these values, without the password."""
        parameters = {
            field.name: "1" if field.name in _CHECKBOXES else getattr(self, field.name)
            for field in fields(self)
            if field.name not in ("scope", "password", "dropped") and getattr(self, field.name) != field.default
        }
        query = "&".join(part for part in (self.scope.query(language), urlencode(parameters)) if part)
        return f"{ADDRESS}?{query}" if query else ADDRESS

    def with_edition(self, context: AppContext) -> Self:
        """The draft with an edition if none is chosen: the latest, or a new one if the record has changed since."""
        if self.edition:
            return self
        latest = link_editions.latest(context.records)
        if latest is None or link_editions.is_outdated(context.records, latest):
            return replace(self, edition=FREEZE)
        return replace(self, edition=latest.key)

    def terms(self) -> Terms:
        """The terms of the link; the edition may still have to be frozen. Raises :class:`LinkProblem`."""
        if self.audience not in list(Audience):
            raise LinkProblem("audience", self.audience)
        audience = Audience(self.audience)
        return Terms(
            audience=audience,
            scope=link_terms.scope_of(self.scope.query()),
            threshold=None if self.bare else whole_number(self.threshold, "threshold"),
            names=self.names,
            export=self.export,
            edition=None if self.edition == LIVE else self.edition or None,
            deck=self.deck if audience is Audience.COMMITTEE else None,
        )


def _values(source: MultiDict[str, str]) -> dict[str, Any]:
    """The values in a form or an address, except scope and password."""
    names = ("label", "audience", "edition", "deck", "days", "threshold")
    texts = {name: source[name] for name in names if name in source}
    return texts | {name: source.get(name) == "1" for name in _CHECKBOXES}


def whole_number(text: str, reason: str) -> int:
    """The whole number in a text; raises :class:`LinkProblem` with this reason."""
    try:
        return int(text)
    except ValueError as error:
        raise LinkProblem(reason, text) from error


def checked(terms: Terms, context: AppContext, accounts: Engine) -> Terms:
    """`terms` with the key of the edition, if record and deck exist; raises one of :data:`PROBLEMS`."""
    record = record_of(terms.edition, context)
    if terms.deck:
        decks.read(accounts, terms.deck)
    key = record.edition.key if record.edition else terms.edition
    return replace(terms, edition=key).fit(public=record.catalogue().programme.public)


def record_of(edition: str | None, context: AppContext) -> Record:
    """The record for the edition in terms or in a draft; raises :class:`EditionProblem`."""
    return context.records.live if edition in (None, "", FREEZE, LIVE) else context.records.edition(str(edition))


@contextmanager
def open_record(context: AppContext, draft: Draft) -> Iterator[PageRequest]:
    """The whole record of a draft; the live one if its edition cannot be used."""
    try:
        edition = record_of(draft.edition, context).edition
    except EditionProblem:
        edition = None
    with open_request(
        context, Filters(edition=edition.key if edition else None).search(words.language())
    ) as page_request:
        yield page_request


def record_choices(draft: Draft, context: AppContext) -> list[Choice]:
    """The choices of an edition: a new one, every existing one, and the live record if it is public."""
    chosen = draft.edition
    now = [Choice(FREEZE, _("The record as it is now, frozen when the link is made"), chosen == FREEZE)]
    public = context.records.live.catalogue().programme.public
    live = [Choice(LIVE, _("The live record, where no number is withheld"), chosen == LIVE)] if public else []
    return [*now, *form_choices.frozen(context, "" if chosen in (FREEZE, LIVE) else chosen), *live]


def scope_choices(draft: Draft, page_request: PageRequest) -> list[tuple[str, str, list[Choice]]]:
    """The choices of a scope: (dimension, title, codes). Codes without enterprises are left out unless chosen."""
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
    """The choices of a deck: the standard deck and every other, also the chosen one if it is gone."""
    names = [STANDARD, *(deck.name for deck in decks.decks(accounts))]
    choices = [Choice(name, _("Standard deck") if name == STANDARD else name, name == draft.deck) for name in names]
    if not any(each.chosen for each in choices):
        choices.append(Choice(draft.deck, _("{name} (gone)", name=draft.deck), chosen=True))
    return choices


def error_message(problem: Problem) -> tuple[str, str]:
    """The field of the form with the error (empty if there is none), and the message."""
    if isinstance(problem, EditionProblem):
        if problem.reason == "folder":
            return "edition", _("The edition could not be written: {why}. Nothing was frozen.", why=problem.detail)
        return "edition", words.sentences(*errors.edition_words(problem))
    if isinstance(problem, DeckProblem):
        return "deck", _("There is no deck of this name any more. Choose another.")
    field = {"long": "scope", "public": "threshold", "unfrozen": "edition"}.get(problem.reason, problem.reason)
    return field, _link_message(problem)


def _link_message(problem: LinkProblem) -> str:
    messages = {
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
    return _too_few(problem) if problem.reason == "few" else messages[problem.reason]


def _too_few(problem: LinkProblem) -> str:
    changed, needed = map(int, problem.detail.split())
    return words.sentences(
        ngettext("Only {n} enterprise of this link has changed since.",
                 "Only {n} enterprises of this link have changed since.", changed),
        _("Whoever saw both editions could tell what changed of so few. From {needed} on it can be moved; until then "
          "leave it, or make a new link for others.", needed=number(needed)),
    )  # fmt: skip
