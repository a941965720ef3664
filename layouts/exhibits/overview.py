"""The headline figures, as cards: each with its base, and the published figure beside it."""

from typing import Any

from dash.development.base_component import Component

from layouts.frames import records
from layouts.look import Card, ColumnLook, Drawing, Look, Material, Materials, Picture, Row
from layouts.parts import cards, exhibit_frame
from layouts.parts.cell_writers import dated
from layouts.texts.code_words import headline_name
from layouts.words import _, _l, day, known, ngettext, number, quantity, unseen

CARDS = (
    "enterprises",
    "trained",
    "modules_completed",
    "overdue",
    "stale",
    "reported",
    "paired",
    "people_trained",
    "visits",
    "workers_reached",
    "rounds",
    "partners",
)
"""The headlines with a card; the other headlines are in the notes of these cards."""

SLIDE_CARDS = CARDS[:3] + CARDS[4:9]
"""The headlines with a card on a slide; its table has all."""

_SUMS = frozenset({"workers_reached", "people_trained", "visits"})


def draw(material: Material) -> Drawing:
    """One card per headline."""
    rows = _rows(material)
    cards = tuple(_card(each, rows, material) for each in (SLIDE_CARDS if material.on_slide else CARDS))
    return Drawing(
        title=_title(rows),
        cards=cards,
        ns=tuple(
            (card.label, f"{card.value} {card.of}".strip() if card.value else _("not on record")) for card in cards
        ),
    )


def _card(headline: str, rows: dict[str, dict[str, Any]], material: Material) -> Card:
    row = rows[headline]
    note = _note(headline, rows)
    if material.on_slide:
        return Card(headline_name(headline), _value(row), _of(row), _published(row) or note)
    return Card(headline_name(headline), _value(row), _of(row), note, _beside(row, material))


def _title(rows: dict[str, dict[str, Any]]) -> str:
    """The number of enterprises trained, and of modules completed."""
    trained, enterprises, modules = (rows[each]["value"] for each in ("trained", "enterprises", "modules_completed"))
    completed = (
        _("no module completed on record")
        if not modules and known(modules)
        else ngettext("{n} module completed", "{n} modules completed", modules)
    )
    if known(trained, enterprises) and not trained:
        started = ngettext(
            "{n} enterprise enrolled, not trained", "{n} enterprises enrolled, none trained", enterprises
        )
    elif known(trained, enterprises) and trained == enterprises:
        started = ngettext("{n} enterprise enrolled and trained", "All {n} enterprises trained", enterprises)
    else:
        started = ngettext(
            "{trained} of {n} enterprise trained", "{trained} of {n} enterprises trained", enterprises,
            trained=number(trained),
        )  # fmt: skip
    return _("{started}; {completed}", started=started, completed=completed)


def headlines(materials: Materials) -> list[Component]:
    """The cards on the Overview page, and the link to their method page."""
    material = materials("overview")
    rows = _rows(material)
    why = material.href("/how/reconciliation")
    components = [
        cards.headline(
            card.label, card.value, card.of, card.note,
            beside=(material.source(rows[headline]["published_source"]), card.beside, why) if card.beside else None,
        )
        for headline, card in zip(CARDS, draw(material).cards, strict=True)
    ]  # fmt: skip
    return [*components, exhibit_frame.how_link(material.href("/how/overview"))]


def published(value: float | None, operator: str | None) -> str:
    """A published number with the sign of a bound."""
    return quantity(value, "count", operator or "=")


def recorded(value: float | None) -> str:
    """The number of a headline in words: also where it is not on record."""
    return number(value) if known(value) or unseen(value) else _("not on record")


def _rows(material: Material) -> dict[str, dict[str, Any]]:
    return {row["headline"]: row for row in records(material.table)}


def _value(row: Row) -> str:
    """The number of a headline; blank where it is not on record."""
    return number(row["value"]) if known(row["value"]) or unseen(row["value"]) else ""


def _of(row: Row) -> str:
    """The number that a headline is out of; blank where there is none."""
    if not known(row["of"]) and not unseen(row["of"]):
        return ""
    n = number(row["of"])
    if row["headline"] in ("modules_completed", "overdue", "stale"):
        return _("of {n} due", n=n)
    if row["headline"] == "visits":
        return _("of {n} planned", n=n)
    if row["headline"] in ("reported", "paired"):
        return _("of {n} trained", n=n)
    return _("of {n}", n=n)


def _beside(row: Row, material: Material) -> str:
    """The published figure beside a headline, with its publisher and date; empty where there is none."""
    if not known(row["published"]):
        return ""
    source = row["published_source"]
    publisher = material.entry("source", source)["publisher"] if source and known(source) else ""
    told = {"n": published(row["published"], row["published_operator"]), "publisher": publisher}
    when = (
        day(row["published_on"], row["published_on_precision"])
        if row["published_on"] and known(row["published_on"])
        else ""
    )
    if publisher and when:
        return _("{n} published by {publisher}, {date}", **told, date=when)
    if publisher:
        return _("{n} published by {publisher}", **told)
    return _("{n} published, {date}", **told, date=when) if when else _("{n} published", **told)


def _published(row: Row) -> str:
    """The published figure in short, for a slide: its source is in the table."""
    if not known(row["published"]):
        return ""
    n = published(row["published"], row["published_operator"])
    when = day(row["published_on"], row["published_on_precision"]) if row["published_on"] else ""
    return _("{n} published, {date}", n=n, date=when) if when else _("{n} published", n=n)


def _note(headline: str, rows: dict[str, dict[str, Any]]) -> str:
    """The note of a headline: the basis of its number, or the reason why it is hidden."""
    if headline in _SUMS and unseen(rows[headline]["value"]):
        return _("too few enterprises")
    return {
        "enterprises": _in_places(rows["places"]["value"]),
        "trained": _("a workshop held, or a later step"),
        "workers_reached": _size(rows["workers_unknown"]["value"]),
        "people_trained": _participations(rows["people_trained"]["value"], rows["women_trained"]),
        "modules_completed": _("enterprise × module, completion on record"),
        "overdue": _("not started; only where a due date is on record"),
        "stale": _("in progress, last record over a year old"),
        "reported": _("at least one result, about themselves"),
        "paired": _("in at least one indicator"),
        "visits": _("in trainings that have started") if _value(rows["visits"]) else _("no training gives its visits"),
        "rounds": _("with an enterprise, of those on record") if rows["rounds"]["of"] else _("with an enterprise"),
        "partners": _("in these rounds, with the organisations above them"),
    }.get(headline, "")


def _in_places(places: float) -> str:
    return ngettext("counted once each, in {n} place", "counted once each, in {n} places", places)


def _size(unknown: float) -> str:
    if known(unknown) and not unknown:
        return _("company size known for all")
    return _("company size unknown for {n}", n=number(unknown))


def _participations(people: float | None, women: Row) -> str:
    """The note that people trained are participations, with the number of women and its own base."""
    if not known(people) and not unseen(people):
        return _("no training gives a head count")
    if not known(women["value"]) and not unseen(women["value"]):
        return _("participations: two modules count twice; women were not counted")
    return _(
        "participations: two modules count twice; {n} women of {of} where women were counted",
        n=number(women["value"]),
        of=number(women["of"]),
    )


LOOK = Look(
    code="overview",
    name=_l("Headline figures"),
    definition=_l(
        "Distinct enterprises enrolled, and what is known of them up to the date shown; each counts once in "
        "however many rounds. An enterprise is trained when at least one of its trainings has started: its workshop "
        "was held, or a later step is on record. People trained are participations: managers and workers of the "
        "trainings that have started. Women are out of the people of those trainings that counted women. Workers are "
        "those of the trained enterprises. Visits are out of those planned in trainings that have started. Modules "
        "completed, overdue and without a completion on record count each enterprise once per module, out of those "
        "due: planned less not yet due. Reported and reported before and after are out of the enterprises trained. A "
        "sum of which no term is known is blank, not zero. The published figure stands beside the number and is never "
        "added to it: of the figures in the selection the one of the widest place, then the one that names the fewest "
        "of phase, round, partner and modules, then the latest."
    ),
    section="People and enterprises",
    columns=(
        ColumnLook("headline", _l("the number's name"), _l("Headline"), lambda row, _m: headline_name(row["headline"])),
        ColumnLook(
            "value", _l("the number; blank where it is not on record"), _l("Value"),
            lambda row, _m: recorded(row["value"]), True,
        ),
        ColumnLook(
            "of", _l("what it is out of, where it is out of anything"), _l("Out of"),
            lambda row, _m: _of(row) or "–",
        ),
        ColumnLook(
            "published", _l("the published figure that stands beside it"), _l("Published"),
            lambda row, _m: published(row["published"], row["published_operator"]), True,
        ),
        ColumnLook("published_operator", _l("= as printed, > more than, < up to, ~ about")),
        ColumnLook("published_on", _l("the date the published figure speaks for"), _l("Date"), dated("published_on")),
        ColumnLook("published_source", _l("code of its source"), _l("Source"),
                   lambda row, m: m.source(row["published_source"]) if known(row["published"]) else "–"),
        ColumnLook(label=_l("Note"), write=lambda row, m: _note(row["headline"], _rows(m)), lone=False),
    ),
    pictures=(Picture("overview", draw, _l("Headline figures")),),
)  # fmt: skip
