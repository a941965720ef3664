"""Published figures as printed: a table, and cards on a slide."""

import pandas as pd

from layouts.frames import records
from layouts.look import Card, ColumnLook, Drawing, Look, Material, Picture, Row, all_rows_missing
from layouts.parts.cell_writers import dated, name, source
from layouts.words import _, _l, day, labelled, ngettext, number, percent, quantity, sentences

MOST_CARDS = 6
"""Maximum number of published figures on a slide."""

_SHARES = ("percent", "percent-change")
_COUNTS = ("count", "net-count", "count-per-month")

_FAMILIES = ("reach", "kpi", "survey", "capacity", "cost", "practice")


def draw(material: Material) -> Drawing:
    """Published figures as printed; on a slide the most important ones as cards."""
    frame = material.table
    caption = _caption(frame)
    if not material.on_slide:
        return Drawing(_title(frame), caption=caption)
    chosen = most_telling(frame, material)
    cards = tuple(_card(row, material) for row in records(chosen))
    others = len(frame) - len(chosen)
    more = ngettext("{n} more stands in the table.", "{n} more stand in the table.", others) if others else ""
    return Drawing(
        title=_title(frame),
        caption=sentences(caption, more),
        cards=cards,
        ns=tuple((card.label, sentences(card.value, card.of)) for card in cards),
    )


def _card(row: Row, material: Material) -> Card:
    subject = _subject(row, material)
    if row["as_of"]:
        subject = [*subject, day(row["as_of"], row["as_of_precision"])]
    base = _("base not given") if needs_base(row) else ""
    base = labelled("n", number(row["base"])) if pd.notna(row["base"]) else base
    label = _("{indicator}, published", indicator=material.name("indicator", row["indicator"]))
    return Card(label, _value(row, material), base, " · ".join(subject))


def needs_base(row: Row) -> bool:
    """Is a figure a share or an average? Only these have a base."""
    averaged = row["family"] in ("kpi", "survey", "practice")
    return row["unit"] in _SHARES or (averaged and row["unit"] not in _COUNTS)


def most_telling(figures: pd.DataFrame, material: Material) -> pd.DataFrame:
    """The published figures for a slide: one per indicator, the newest of those with the widest scope.

    Indicators with a good direction come before context, and figures of the programme before those of a round or
    partner.
    """
    better = [material.entry("indicator", code)["better"] for code in figures["indicator"]]
    ranked = figures.assign(
        context=[each == "context" for each in better],
        narrow=figures[["round", "partner"]].notna().sum(axis=1),
        family_order=[_FAMILIES.index(family) for family in figures["family"]],
        age=pd.to_datetime(figures["as_of"]).rsub(pd.Timestamp.max),
    ).sort_values(["context", "narrow", "family_order", "age"], kind="stable", na_position="last")
    return ranked.drop_duplicates("indicator").head(MOST_CARDS)


def _subject(row: Row, material: Material) -> list[str]:
    return [material.name(table, row[table]) for table in ("place", "phase", "round", "partner") if row[table]]


def _value(row: Row, _material: Material) -> str:
    value = quantity(row["value"], row["unit"], row["operator"] or "=")
    if pd.notna(row["women_percent"]):
        return sentences(value, _("({share} women)", share=percent(row["women_percent"] / 100)))
    return value


def _base(row: Row, _material: Material) -> str:
    if pd.notna(row["base"]):
        return number(row["base"])
    return _("not given") if needs_base(row) else "–"


def _title(frame: pd.DataFrame) -> str:
    """The number of figures, and of the shares and averages with a base."""
    of_a_base = [row for row in records(frame) if needs_base(row)]
    based = sum(pd.notna(row["base"]) for row in of_a_base)
    figures = ngettext("{n} published figure", "{n} published figures", len(frame))
    n = len(of_a_base)
    if not n:
        return figures
    if not based:
        states = ngettext("the share or average does not state its base",
                          "none of the {n} shares and averages states its base", n)  # fmt: skip
    elif based == n:
        states = ngettext("the share or average states its base",
                          "all {n} shares and averages state their base", n)  # fmt: skip
    else:
        states = ngettext(
            "{based} of {n} share or average states its base",
            "{based} of {n} shares and averages state their base",
            n,
            based=number(based),
        )
    return _("{first}; {second}", first=figures, second=states)


def _caption(frame: pd.DataFrame) -> str:
    """How many of the figures are shares or averages, and what that means."""
    shares = sum(map(needs_base, records(frame)))
    return sentences(
        _("Shown as printed, never added to counted numbers."),
        ngettext(
            "{shares} of {n} figure is a share or an average; only these have a base.",
            "{shares} of {n} figures are shares or averages; only these have a base.",
            len(frame),
            shares=number(shares),
        ),
    )


LOOK = Look(
    code="published",
    name=_l("Published figures"),
    definition=_l(
        "Totals and survey shares that others printed, with nothing behind them in the tables: shown as printed, "
        "with the sign of a bound, date and source, and never added to counted numbers. A base, the number of "
        "enterprises or people it is out of, belongs to shares and averages only; where the source gives none, it "
        "says so."
    ),
    section="Published figures",
    columns=(
        ColumnLook("figure", _l("code of the published figure"), obvious=True),
        ColumnLook("indicator", _l("code of the indicator"), _l("Figure"), name("indicator"), obvious=True),
        ColumnLook("value", _l("the figure as printed"), _l("Value"), _value, True, obvious=True),
        ColumnLook("base", _l("the number of enterprises or people it is out of, as the source gives it"),
                   _l("Based on (n)"), _base, True),
        ColumnLook("place", _l("code of the place; blank where it is not given"), obvious=True),
        ColumnLook("phase", _l("code of the phase"), obvious=True),
        ColumnLook(label=_l("About"), write=lambda row, m: " · ".join(_subject(row, m)) or "–"),
        ColumnLook("as_of", _l("the date the figure speaks for"), _l("Date"), dated("as_of")),
        ColumnLook("operator", _l("= as printed, > more than, < up to, ~ about")),
        ColumnLook("unit", _l("unit, as a code"), obvious=True),
        ColumnLook("source", _l("code of the source"), _l("Source"), source(), obvious=True),
        ColumnLook(label=_l("Note"), write=lambda row, _m: row["note"] if pd.notna(row["note"]) else ""),
    ),
    pictures=(Picture("published", draw, _l("Published figures")),),
    missing=all_rows_missing(
        _l("No published figure speaks for this selection; none is split by sector or module.")
    ),
    resting_on=lambda frame: ngettext("{n} published figure", "{n} published figures", len(frame)),
)  # fmt: skip
