"""Share links as their managers read them: terms, state and use in words."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine

from callbacks.asking import Held
from data import decks
from data.catalogue import Catalogue
from data.database import now
from data.decks import STANDARD, DeckProblem
from data.editions import EditionProblem
from data.filters import Filters
from data.links import SCOPE_DIMENSIONS, Audience, Link, Terms
from layouts import findings, words
from layouts.pages import page_at
from layouts.words import _, labelled, listed, ngettext


@dataclass(frozen=True)
class Listed:
    """One link in words. ``state`` is a code, ``said`` the word for it; ``warning`` says why it shows nothing, or less.

    ``stands``: it opens something, or would when resumed.
    """

    number: int
    name: str
    state: str
    said: str
    audience: str
    scope: str
    terms: tuple[str, ...]
    warning: str
    ends: str
    used: str
    made: str
    stands: bool

    @classmethod
    def of(cls, link: Link, held: Held, accounts: Engine) -> Self:
        """A link with its counts of use."""
        state = link.state(now())
        catalogue, record, warning = _record(link.terms, held)
        return cls(
            number=link.id,
            name=link.label or _("Link {number}", number=link.id),
            state=state,
            said=_state(state),
            audience=_("Committee") if link.terms.audience is Audience.COMMITTEE else _("Donor"),
            scope=scope_words(link.terms.scope, catalogue),
            terms=(record, *_terms(link, public=catalogue.programme.public)),
            warning=words.sentences(warning or _lost(link.terms, catalogue), _deck_lost(link.terms, accounts)),
            ends=_ends(link, state),
            used=_used(link),
            made=_("made on {moment} by {who}", moment=words.moment(link.made_at), who=link.made_by),
            stands=state in ("active", "paused"),
        )


def _state(state: str) -> str:
    return {
        "active": _("Active"),
        "paused": _("Paused"),
        "revoked": _("Revoked"),
        "expired": _("Expired"),
    }[state]


def _record(terms: Terms, held: Held) -> tuple[Catalogue, str, str]:
    """The reference tables of a link's record, what that record is called, and why it shows nothing if so."""
    live = held.records.live
    if not terms.edition:
        return live.catalogue(), _("live record"), ""
    try:
        record = held.records.edition(terms.edition)
    except EditionProblem as problem:
        warning = (
            _("Its edition is gone: this link shows nothing.")
            if problem.reason == "gone"
            else _("Its edition is not what was frozen: this link shows nothing.")
        )
        return live.catalogue(), _("edition: {name}", name=terms.edition), warning
    name = record.edition.name if record.edition else terms.edition
    return record.catalogue(), _("edition: {name}", name=name), ""


def scope_words(scope: Filters, catalogue: Catalogue) -> str:
    """What may be seen, with the names of the codes."""
    parts = []
    for dimension in SCOPE_DIMENSIONS:
        entries = catalogue.table(dimension)
        codes = sorted(scope.codes(dimension))
        names = [entries[code].name(words.language()) if code in entries else code for code in codes]
        if names:
            parts.append(labelled(findings.filter_name(dimension), listed(names)))
    return " · ".join(parts) or _("Everything on record")


def _lost(terms: Terms, catalogue: Catalogue) -> str:
    """What the scope names that the record no longer knows, and what comes of it."""
    gone = [code for codes in terms.gone(catalogue.codes).values() for code in codes]
    if not gone:
        return ""
    if terms.empty(catalogue.codes):
        return _("This link shows nothing: what it is limited to is not in the record ({codes}).", codes=listed(gone))
    return _("Part of what it is limited to is not in the record ({codes}); the rest is shown.", codes=listed(gone))


def _deck_lost(terms: Terms, accounts: Engine) -> str:
    if terms.audience is not Audience.COMMITTEE:
        return ""
    try:
        decks.read(accounts, terms.deck or STANDARD)
    except DeckProblem:
        return _("Its deck is gone: this link shows nothing.")
    return ""


def _terms(link: Link, *, public: bool) -> list[str]:
    terms = link.terms
    threshold = terms.viewer().looking_at(public=public).threshold
    deck = terms.deck or STANDARD
    return [
        *([_("deck: {name}", name=_("Standard deck") if deck == STANDARD else deck)] if _presents(terms) else []),
        _("nothing withheld") if threshold is None else _("numbers under {k} enterprises withheld", k=threshold),
        _("names shown where they may be") if terms.names else _("no names"),
        _("tables may be taken away") if terms.export else _("no tables to take away"),
        *([_("with a password")] if link.protected else []),
    ]


def _presents(terms: Terms) -> bool:
    return terms.audience is Audience.COMMITTEE


def _ends(link: Link, state: str) -> str:
    if link.revoked_at is not None:
        return _("revoked on {day}", day=words.day(link.revoked_at.date()))
    day = words.day(link.expires_at.date())
    return _("ended on {day}", day=day) if state == "expired" else _("ends on {day}", day=day)


def _used(link: Link) -> str:
    if link.last_used_at is None:
        return _("never opened")
    return listed(
        [
            ngettext("opened {n} time", "opened {n} times", link.opened),
            ngettext("{n} page viewed", "{n} pages viewed", link.viewed),
            _("last used {moment}", moment=words.moment(link.last_used_at)),
        ]
    )


def visit_words(kind: str, path: str) -> str:
    """What was done on a visit."""
    if kind == "opened":
        return _("Link opened")
    if path == "/present":
        return _("Present")
    page = page_at(path)
    return page.name() if page else path
