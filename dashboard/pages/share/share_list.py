"""The list of share links for managers: terms, state and use in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine

from callbacks.requests.page_request import AppContext
from data import decks
from data.catalogue import Catalogue
from data.decks import STANDARD, DeckProblem
from data.editions.frozen_copies import Edition, EditionProblem
from data.filters import Filters
from data.links import link_editions
from data.links.link_terms import SCOPE_DIMENSIONS, Audience, Terms
from data.links.share_links import Link
from data.privacy import key
from data.privacy.key import PrivacyKey
from data.storage.database import now
from layouts import words
from layouts.pages import page_at
from layouts.texts.code_words import filter_name
from layouts.words import _, labelled, ngettext


@dataclass(frozen=True)
class LinkRow:
    """One link in words. ``state`` is a code, ``said`` its name; ``warning`` is why it shows nothing, or less.

    ``stands``: it is active or paused. ``waits``: it shows nothing until it gets an edition. ``presents``: it is for a
    committee. ``newer`` is (key, effect of moving the link to it) of a newer edition; None if there is none.
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
    waits: bool
    presents: bool
    newer: tuple[str, str] | None


def link_rows(links: Iterable[Link], context: AppContext, accounts: Engine) -> list[LinkRow]:
    """Links, with their counts of use, in words."""
    privacy_key, latest = key.read(accounts), link_editions.latest(context.records)
    return [_row(each, context, accounts, privacy_key, latest) for each in links]


def _row(
    link: Link, context: AppContext, accounts: Engine, privacy_key: PrivacyKey | None, latest: Edition | None
) -> LinkRow:
    state = link.state(now())
    catalogue, record, warning = _record(link.terms, context)
    waits = link_editions.waits(context.records, link, privacy_key)
    waits_message = _("It waits for an edition: its readers are told to come back later.") if waits else ""
    newer = None if waits or state == "revoked" else link_editions.newer(context.records, link.terms, latest)
    return LinkRow(
        number=link.id,
        name=link.label or _("Link {number}", number=link.id),
        state=state,
        said=_state_name(state),
        audience=_("Committee") if _presents(link.terms) else _("Donor"),
        scope=scope_words(link.terms.scope, catalogue),
        terms=(
            _("no edition yet") if waits and not link.terms.edition else record,
            *_terms(link, public=catalogue.programme.public),
        ),
        warning=words.sentences(
            waits_message or warning or _missing_codes(link.terms, catalogue), _missing_deck(link.terms, accounts)
        ),
        ends=_ends(link, state),
        used=_used(link),
        made=_("made on {moment} by {who}", moment=words.moment(link.made_at), who=link.made_by),
        stands=state in ("active", "paused"),
        waits=waits,
        presents=_presents(link.terms),
        newer=(newer.key, _move_effect(link, newer, catalogue)) if newer else None,
    )


def _move_effect(link: Link, newer: Edition, catalogue: Catalogue) -> str:
    """The effect of moving a link to a newer edition."""
    effect = _(
        "From their next click on its readers see the edition {name}, data of {after}, in place of data of {before}.",
        name=newer.name, after=words.day(newer.as_of), before=words.day(catalogue.programme.as_of),
    )  # fmt: skip
    if link.terms.threshold is None:
        return effect
    least = link_editions.LEAST_CHANGED * link.terms.threshold
    return words.sentences(
        effect,
        _("There is no way back. It is refused while fewer than {least} of its enterprises have changed.", least=least),
    )


def _state_name(state: str) -> str:
    return {
        "active": _("Active"),
        "paused": _("Paused"),
        "revoked": _("Revoked"),
        "expired": _("Expired"),
    }[state]


def _record(terms: Terms, context: AppContext) -> tuple[Catalogue, str, str]:
    """The reference tables of a link's record, the name of the record, and a warning if the link shows nothing."""
    live = context.records.live
    if not terms.edition:
        return live.catalogue(), _("live record"), ""
    try:
        record = context.records.edition(terms.edition)
    except EditionProblem as problem:
        warning = (
            _("Its edition is gone: this link shows nothing.")
            if problem.reason == "gone"
            else _("Its edition is not what was frozen: this link shows nothing.")
        )
        return live.catalogue(), _("edition: {name}", name=terms.edition), warning
    name = record.edition.name if record.edition else terms.edition
    catalogue = record.catalogue()
    title = _("edition: {name}, data of {date}", name=name, date=words.day(catalogue.programme.as_of))
    return catalogue, title, ""


def scope_words(scope: Filters, catalogue: Catalogue) -> str:
    """The scope in words, with the names of the codes."""
    parts = []
    for dimension in SCOPE_DIMENSIONS:
        entries = catalogue.table(dimension)
        codes = sorted(scope.codes(dimension))
        names = [entries[code].name(words.language()) if code in entries else code for code in codes]
        if names:
            parts.append(labelled(filter_name(dimension), words.listed(names)))
    return " · ".join(parts) or _("Everything on record")


def _missing_codes(terms: Terms, catalogue: Catalogue) -> str:
    """A warning about codes of the scope that are no longer in the record; empty if there are none."""
    gone = [code for codes in terms.gone(catalogue.codes).values() for code in codes]
    if not gone:
        return ""
    if terms.empty(catalogue.codes):
        return _(
            "This link shows nothing: what it is limited to is not in the record ({codes}).", codes=words.listed(gone)
        )
    return _(
        "Part of what it is limited to is not in the record ({codes}); the rest is shown.", codes=words.listed(gone)
    )


def _missing_deck(terms: Terms, accounts: Engine) -> str:
    if not _presents(terms):
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
        _("nothing withheld") if threshold is None else _("counts rounded to multiples of {k}", k=threshold),
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
    return words.listed(
        [
            ngettext("opened {n} time", "opened {n} times", link.opened),
            ngettext("{n} page viewed", "{n} pages viewed", link.viewed),
            _("last used {moment}", moment=words.moment(link.last_used_at)),
        ]
    )


def visit_words(kind: str, path: str) -> str:
    """A visit in words."""
    if kind == "opened":
        return _("Link opened")
    if path == "/present":
        return _("Present")
    page = page_at(path)
    return page.name() if page else path
