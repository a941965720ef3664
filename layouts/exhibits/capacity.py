"""Trainers: the ladder from candidate to expert, trainings held, licences, and published figures of capacity."""

from typing import Any

import pandas as pd
from dash.development.base_component import Component

from layouts import theme
from layouts.figures.bars import ROOM
from layouts.figures.chart import Category, Chart, Series
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Materials, Picture, Row, all_rows_missing
from layouts.parts import cards
from layouts.parts.cell_writers import count, name
from layouts.parts.short_list import short_list
from layouts.texts.code_words import level_name
from layouts.texts.event_words import EVENT_SIGNS, event_days, event_name, event_status, partners_of
from layouts.theme import Figure
from layouts.words import _, _l, day, known, labelled, listed, ngettext, number, quantity, sentences, unseen, wrapped

ACTIVE = "active-trainers"
"""The indicator for trainers who are still active. Only published figures have it; the record cannot count them."""

_CARDS = ("certified", "expert")
"""The levels with a card: of these others publish numbers too."""

_SEXES = ("women", "men", "sex_unknown")


def draw(material: Material) -> Drawing:
    """The ladder: one bar per level, divided by sex where no part is under the rounding base."""
    ladder = material.more("ladder")
    chart = _chart(ladder)
    return Drawing(
        title=_title(ladder),
        figure=_figure(ladder, chart),
        caption=sentences(
            _("A trainer counts at every level on record, once in all modules together."),
            _without_level(ladder),
        ),
        chart=chart,
        ns=tuple((level_name(row["level"]), number(row["trainers"])) for row in records(ladder)),
    )


def _chart(ladder: pd.DataFrame) -> Chart:
    rows = records(ladder)
    categories = tuple(
        Category(level_name(row["level"]), number(row["trainers"]), wrapped(_women_share(row), 60, 1)) for row in rows
    )
    styles = {
        "women": (_("Women"), theme.AFTER, ""),
        "men": (_("Men"), "#9dbfd6", ""),
        "sex_unknown": (_("Sex not on record"), theme.PALE, "/"),
    }
    series = [
        Series(label, tuple(_part(row, sex) for row in rows), colour, hatched, theme.MUTED, dark=colour == theme.AFTER)
        for sex, (label, colour, hatched) in styles.items()
    ]
    # Bars that are not divided, because a part is under the rounding base.
    undivided = tuple(0 if _is_divided(row) else theme.length(row["trainers"]) for row in rows)
    if any(undivided):
        series.append(Series(_("Not parted"), undivided, theme.SAME, hatching=theme.MUTED))
    most = float(max([*map(theme.length, ladder["trainers"]), 1.0]))
    return Chart(categories, tuple(series), stacked=True, most=most, fewest=most * ROOM)


def _figure(ladder: pd.DataFrame, chart: Chart) -> Figure:
    levels = len(ladder)
    traces = []
    for series in chart.series:
        marker: dict[str, Any] = {"color": series.colour}
        if series.hatched:
            marker["pattern"] = {
                "shape": series.hatched, "bgcolor": series.colour, "fgcolor": series.hatching, "size": 6,
            }  # fmt: skip
        traces.append(
            {"type": "bar", "orientation": "h", "name": series.name, "x": list(series.lengths),
             "y": list(range(levels)), "width": 0.4, "marker": marker, "hoverinfo": "skip"}
        )  # fmt: skip
    return {
        "data": traces,
        "layout": theme.layout(
            78 * levels + 50,
            barmode="stack",
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.hidden_axis(range=[0, max([*(theme.length(n) for n in ladder["trainers"]), 1])]),
            yaxis=theme.hidden_axis(range=[levels - 0.6, -0.75]),
            annotations=[
                theme.heading(
                    f"{each.name}  <b>{each.number}</b>  "
                    f"<span style='color:{theme.MUTED};font-size:13px'>{each.remark}</span>",
                    at,
                )
                for at, each in enumerate(chart.categories)
            ],
            margin={"l": 8, "r": 8, "t": 40, "b": 8, "pad": 0},
        ),
    }


def _is_divided(row: Row) -> bool:
    return not any(unseen(row[sex]) for sex in _SEXES)


def _part(row: Row, sex: str) -> float:
    return theme.length(row[sex]) if _is_divided(row) else 0


def _women_share(row: Row) -> str:
    """The number of women, out of the trainers whose sex is on record; empty where a number is hidden."""
    if not row["trainers"] or any(unseen(row[each]) for each in ("trainers", "women", "sex_unknown")):
        return ""
    sex_known = row["trainers"] - row["sex_unknown"]
    if row["women"] and row["women"] > sex_known:  # each number is rounded on its own
        return _("women {women}", women=number(row["women"]))
    if not sex_known:
        return _("of nobody is the sex on record")
    if not row["sex_unknown"]:
        return _("women {women} of {n}", women=number(row["women"]), n=number(sex_known))
    return _("women {women} of {n} whose sex is on record", women=number(row["women"]), n=number(sex_known))


def _title(ladder: pd.DataFrame) -> str:
    """The number of trainers at each level."""
    by_level = {row["level"]: row["trainers"] for row in records(ladder)}
    candidates, certified, experts = (by_level[level] for level in ("candidate", "certified", "expert"))
    return _(
        "On record: {candidates}, {certified}, {experts}",
        candidates=ngettext("{n} candidate", "{n} candidates", candidates),
        certified=ngettext("{n} certified trainer", "{n} certified trainers", certified),
        experts=ngettext("{n} expert", "{n} experts", experts),
    )


def _without_level(ladder: pd.DataFrame) -> str:
    without = ladder["without_level"].iloc[0]
    if not known(without) or not without:
        return ""
    return ngettext(
        "{n} more trainer is on record without a level.", "{n} more trainers are on record without a level.", without
    )


# ---- the other panels of the page


def headlines(materials: Materials) -> list[Component]:
    """The cards: trainers, trainings held, licences, and trainers still active."""
    material, published = materials("capacity"), materials("published")
    ladder = material.more("ladder")
    everyone, without = ladder["everyone"].iloc[0], ladder["without_level"].iloc[0]
    if known(everyone, without):
        everyone += without
    events = materials("events").table
    active = records(_of_capacity(published).loc[lambda rows: rows["indicator"] == ACTIVE].tail(1))
    held = events[events["status"] == "held"]
    licences_by = events.loc[events["kind"] == "licence", "status"].value_counts()
    return [
        cards.headline(
            _("Trainers on record"),
            number(everyone) if everyone or unseen(everyone) else "",
            "",
            ngettext("each counted once; {n} without a level", "each counted once; {n} without a level", without)
            if known(without) and without
            else _("each counted once, in all modules and levels"),
        ),
        *(_level_card(row, material) for row in records(ladder) if row["level"] in _CARDS),
        _trainings(held[held["kind"] == "tot"], _("Trainings of trainers in the calendar")),
        _trainings(held[held["kind"] == "toe"], _("Trainings of enterprises in the calendar")),
        cards.headline(
            _("Licences and agreements"),
            number(int(licences_by.get("held", 0))),
            "",
            _("signed; planned: {n}", n=number(int(licences_by.get("planned", 0)))),
        ),
        cards.headline(
            _("Trainers still active"),
            next((quantity(row["value"], row["unit"], row["operator"] or "=") for row in active), ""),
            "",
            next((day(row["as_of"], row["as_of_precision"]) for row in active), _("no published figure says it")),
        ),
    ]


def _level_card(row: Row, material: Material) -> Component:
    """The trainers on record at a level, with the published number of them beside."""
    note = _("as far as it is on record")
    if known(row["published"]):
        value = quantity(row["published"], row["published_unit"], row["published_operator"] or "=")
        codes = {table: row[f"published_{table}"] for table in ("partner", "round")}
        about = [material.name(table, code) for table, code in codes.items() if code]
        when = day(row["published_on"], row["published_on_precision"]) if row["published_on"] else _("no date given")
        note = labelled(_("published"), f"{value} ({listed([*about, when])})")
    return cards.headline(level_name(row["level"]), number(row["trainers"]), "", note)


def _trainings(held: pd.DataFrame, label: str) -> Component:
    counts = [n for n in held["participants"] if known(n) or unseen(n)]
    if not len(held):
        note = ""
    elif not counts:
        note = _("how many took part is not on record")
    else:
        people = number(sum(counts)) if any(map(known, counts)) else unseen(counts[0])
        note = ngettext("{people} participants in the {n} that says so", "{people} participants in the {n} that say so",
                        len(counts), people=people)  # fmt: skip
    return cards.headline(label, number(len(held)), "", note)


def lists(materials: Materials) -> list[Component]:
    """The lists: providers with a licence or an agreement, and published figures of capacity."""
    return [_licences(materials("events")), _published_figures(materials("published"))]


def _licences(material: Material) -> Component:
    rows = [
        (
            f"{EVENT_SIGNS[row['status']]} {event_status(row['status'])} · {event_days(row)}",
            (partners_of(row, material.name) or _("partner not named"),),
            event_name(row),
            None,
        )
        for row in records(material.table.loc[lambda table: table["kind"] == "licence"])
    ]
    return short_list(_("Providers with a licence or an agreement"), rows, _("None in this selection."))


def _of_capacity(published: Material) -> pd.DataFrame:
    return published.table.loc[lambda table: table["family"] == "capacity"]


def _published_figures(material: Material) -> Component:
    """The published figures of capacity, as printed: one entry per date, subject and source."""
    entries: dict[tuple[str, str, str | None], list[str]] = {}
    for row in records(_of_capacity(material)):
        subject = [material.name(table, row[table]) for table in ("place", "phase", "round", "partner") if row[table]]
        value = quantity(row["value"], row["unit"], row["operator"] or "=")
        when = day(row["as_of"], row["as_of_precision"]) if row["as_of"] else _("no date given")
        figure = labelled(material.name("indicator", row["indicator"]), value)
        entries.setdefault((when, " · ".join(subject), row["source"]), []).append(figure)
    rows = [
        (when, figures, subject, material.source(source) if source else None)
        for (when, subject, source), figures in entries.items()
    ]
    return short_list(_("Published figures of capacity, as printed"), rows, _("None in this selection."))


def _resting_on(frame: pd.DataFrame) -> str:
    return ngettext(
        "{n} level of a module reached by trainers", "{n} levels of modules reached by trainers", len(frame)
    )


LOOK = Look(
    code="capacity",
    name=_l("Trainers by module and level"),
    definition=_l(
        "Trainers on record at each level of each module: candidate, certified, expert. An expert is whom a source "
        "calls an expert trainer or an expert of a module. A level that nobody recorded is missing, so there may be "
        "more trainers than on record; published numbers stand beside and are never added. One trainer counts once "
        "per module and level, and stands in every level reached, so the rows do not add up to a number of "
        "trainers. Women are counted among those whose sex is on record; where of nobody it is, the cell is blank."
    ),
    section="Trainers",
    columns=(
        ColumnLook("module", _l("code of the module"), _l("Module"), name("module"), obvious=True),
        ColumnLook("level", _l("candidate, certified or expert"), _l("Level"),
                   lambda row, _m: level_name(row["level"])),
        ColumnLook("trainers", _l("trainers on record at the level"), _l("Trainers"), count("trainers"), True),
        ColumnLook("women", _l("women among them; blank where nobody's sex is on record"), _l("Women"),
                   count("women"), True),
        ColumnLook(label=_l("Sex not on record"), write=count("sex_unknown"), numeric=True),
    ),
    note=_l("One trainer counts at every level and in every module on record."),
    pictures=(Picture("capacity", draw, _l("Trainers by module and level")),),
    missing=all_rows_missing(
        _l("No trainer is on record in this selection; trainers have no sector, round or phase.")
    ),
    resting_on=_resting_on,
)  # fmt: skip
