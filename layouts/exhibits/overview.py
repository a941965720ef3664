"""The headline figures, as cards."""

from typing import Any

from dash.development.base_component import Component

from layouts.frames import records
from layouts.look import Card, ColumnLook, Drawing, Look, Material, Materials, Picture, Row
from layouts.parts import cards, exhibit_frame
from layouts.words import _, _l, known, number, unseen

CARDS = (
    "enterprises",
    "trained",
    "workers_reached",
    "people_trained",
    "modules_completed",
    "visits",
    "rounds",
    "partners",
)
"""The headlines with a card; the other headlines are in the notes of these cards."""

_SUMS = frozenset({"workers_reached", "people_trained", "visits"})


def draw(material: Material) -> Drawing:
    """One card per headline."""
    rows = _rows(material)
    cards = tuple(Card(label(each), _value(rows[each]), _of(rows[each]), _note(each, rows)) for each in CARDS)
    trained, enterprises, modules = (rows[each]["value"] for each in ("trained", "enterprises", "modules_completed"))
    return Drawing(
        title=_(
            "{trained} of {enterprises} enterprises trained; {modules} modules completed",
            trained=number(trained),
            enterprises=number(enterprises),
            modules=number(modules),
        ),
        cards=cards,
        ns=tuple(
            (card.label, f"{card.value} {card.of}".strip() if card.value else _("not on record")) for card in cards
        ),
        table=material.table.set_index("headline", drop=False).loc[list(CARDS)],
    )


def headlines(materials: Materials) -> list[Component]:
    """The cards on the Overview page, and the link to their method page."""
    material = materials("overview")
    components = [cards.headline(card.label, card.value, card.of, card.note) for card in draw(material).cards]
    return [*components, exhibit_frame.how_link(material.href("/how/overview"))]


def label(headline: str) -> str:
    """The name of a headline."""
    return {
        "enterprises": _("Enterprises enrolled"),
        "trained": _("Enterprises trained"),
        "workers_reached": _("Workers employed in them"),
        "people_trained": _("People trained"),
        "modules_completed": _("Modules completed"),
        "visits": _("In-factory visits"),
        "rounds": _("Rounds"),
        "partners": _("Partners"),
        "workers_unknown": _("Trained enterprises of unknown size"),
        "women_trained": _("Of the people trained, women"),
        "places": _("Places"),
    }[headline]


def _rows(material: Material) -> dict[str, dict[str, Any]]:
    return {row["headline"]: row for row in records(material.table)}


def _value(row: Row) -> str:
    """The number of a headline; blank where it is not on record."""
    return number(row["value"]) if known(row["value"]) or unseen(row["value"]) else ""


def _of(row: Row) -> str:
    """The number that a headline is out of; blank where there is none."""
    return _("of {n}", n=number(row["of"])) if known(row["of"]) or unseen(row["of"]) else ""


def _note(headline: str, rows: dict[str, dict[str, Any]]) -> str:
    """The note of a headline: the basis of its number, or the reason why it is hidden."""
    if headline in _SUMS and unseen(rows[headline]["value"]):
        return _("too few enterprises")
    return {
        "enterprises": _("counted once each, in {n} places", n=number(rows["places"]["value"])),
        "trained": _("of those enrolled: a workshop held, or a later step"),
        "workers_reached": _("size unknown for {n} of the trained", n=number(rows["workers_unknown"]["value"])),
        "people_trained": _participations(rows["people_trained"]["value"], rows["women_trained"]["value"]),
        "modules_completed": _("enterprise × module, of those planned"),
        "visits": _("of those planned"),
        "rounds": _("of the rounds on record have an enterprise") if rows["rounds"]["of"] else _("with an enterprise"),
        "partners": _("in any role in these rounds"),
    }.get(headline, "")


def _participations(people: float | None, women: float | None) -> str:
    if not known(people) and not unseen(people):
        return _("no training gives a head count")
    if not known(women) and not unseen(women):
        return _("participations: two modules count twice; women were not counted")
    return _("participations: two modules count twice; {n} women", n=number(women))


LOOK = Look(
    code="overview",
    name=_l("Headline figures"),
    definition=_l(
        "Distinct enterprises enrolled, and what is known of them by the date looked back from. An enterprise is "
        "trained when at least one of its trainings has started: its workshop was held, or a later step has "
        "evidence. Workers reached are the workers of trained enterprises, people trained are participations; the "
        "two are never added. A sum of which no term is known is blank, not zero."
    ),
    section="People and enterprises",
    columns=(
        ColumnLook("headline", _l("the number's name"), _l("Headline"), lambda row, _m: label(row["headline"])),
        ColumnLook(
            "value", _l("the number; blank where it is not on record"), _l("Value"),
            lambda row, _m: _value(row) or _("not on record"), True,
        ),
        ColumnLook(
            "of", _l("what it is out of, where it is out of anything"), _l("Out of"),
            lambda row, _m: _of(row) or "–",
        ),
        ColumnLook(
            "note", _l("what its reader must know"), _l("Note"),
            lambda row, m: _note(row["headline"], _rows(m)), lone=False,
        ),
    ),
    pictures=(Picture("overview", draw, _l("Headline figures")),),
)  # fmt: skip
