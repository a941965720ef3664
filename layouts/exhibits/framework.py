"""The results framework: a table of all targets, as donors file it."""

import pandas as pd

from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Row, Write, all_rows_missing
from layouts.parts.cell_writers import dated, name, source
from layouts.texts.code_words import scope_name
from layouts.words import _, _l, day, known, language, listed, ngettext, number, percent, quantity, sentences

LEVELS = ("outcome", "output")


def outcomes_first(frame: pd.DataFrame) -> pd.DataFrame:
    """The targets by level, as a framework is read; those without a level last."""
    return frame.sort_values("level", kind="stable", na_position="last")


def draw(material: Material) -> Drawing:
    """The title; the table is all there is to see."""
    return Drawing(_title(material.table), caption=_caption(material.table))


def _title(frame: pd.DataFrame) -> str:
    """The number of targets by level."""
    n = len(frame)
    parts = [(level_name(level), int((frame["level"] == level).sum())) for level in LEVELS]
    words = [_("{level}: {n}", level=label, n=number(count)) for label, count in parts if count]
    targets = ngettext("Results framework with {n} target", "Results framework with {n} targets", n)
    return _("{first} ({second})", first=targets, second=listed(words)) if words else targets


def _caption(frame: pd.DataFrame) -> str:
    """How many targets have a baseline and a figure."""
    baselines, actuals = (int(frame[each].notna().sum()) for each in ("baseline", "actual"))
    return sentences(
        ngettext("{n} has a baseline on record,", "{n} have a baseline on record,", baselines)
        if baselines
        else _("No baseline is on record,"),
        ngettext("{n} a figure of what was reached.", "{n} a figure of what was reached.", actuals)
        if actuals
        else _("no figure of what was reached."),
    )


def level_name(level: str | None) -> str:
    """The name of a level of the results chain."""
    return {"outcome": _("Outcome"), "output": _("Output")}.get(level or "", "–")


def _value(value: str, date: str = "", women: str = "", operator: str = "") -> Write:
    """A writer of a value with its unit, its date and the share of women."""

    def write(row: Row, _material: Material) -> str:
        if not known(row[value]):
            return quantity(row[value], row["unit"])
        text = quantity(row[value], row["unit"], (row[operator] or "=") if operator else "=")
        if women and known(row[women]):
            text = sentences(text, _("({share} women)", share=percent(row[women] / 100)))
        if date and row[date]:
            text = _("{value} ({date})", value=text, date=day(row[date], row[f"{date}_precision"]))
        return text

    return write


def _comment(row: Row, _material: Material) -> str:
    first, second = ("comment_zh", "comment_en") if language() == "zh" else ("comment_en", "comment_zh")
    return row[first] or row[second] or ""


LOOK = Look(
    code="framework",
    name=_l("Results framework"),
    definition=_l(
        "The results framework that donors file: one row per target, with its level, its baseline, and what was "
        "reached on its day; by the date of the data where the day is ahead or nothing was reported by then. The "
        "rules are those of the targets."
    ),
    section="Targets",
    columns=(
        ColumnLook("level", _l("outcome or output; blank where it is not given"), _l("Level"),
                   lambda row, _m: level_name(row["level"])),
        ColumnLook("indicator", _l("code of the indicator"), _l("Indicator"), name("indicator"), obvious=True),
        ColumnLook("place", _l("code of the place"), _l("Place"), name("place"), obvious=True),
        ColumnLook("scope", _l("m1: Module 1 alone, m2-5: the further modules, blank: all"), _l("Modules"),
                   lambda row, _m: scope_name(row["scope"]) or "–"),
        ColumnLook("baseline", _l("the level that the target starts from"), _l("Baseline"),
                   _value("baseline", "baseline_on"), True),
        ColumnLook("baseline_on", _l("the date of the baseline")),
        ColumnLook("due_on", _l("when the target is to be reached"), _l("Due"), dated("due_on")),
        ColumnLook("target", _l("the value to be reached"), _l("Target"), _value("target", women="target_women"), True),
        ColumnLook("target_women", _l("the share of women aimed at, in percent")),
        ColumnLook(
            "actual",
            _l("what was reached on the day; by now where the day is ahead or nothing was reported by then"),
            _l("Reached"), _value("actual", women="actual_women", operator="told_operator"), True,
        ),
        ColumnLook("actual_women", _l("the share of women among what was reached, in percent")),
        ColumnLook("source", _l("code of the source of the target"), _l("Source of the target"), source()),
        ColumnLook(label=_l("Source of the figure"), write=source("actual_source")),
        ColumnLook("comment_en", _l("comment in English"), _l("Comment"), _comment),
        ColumnLook("comment_zh", _l("comment in Chinese")),
    ),
    arranged=outcomes_first,
    pictures=(Picture("framework", draw),),
    missing=all_rows_missing(
        _l("No target speaks for this selection; targets have a place and a date, and no partner, sector or round.")
    ),
    resting_on=lambda frame: ngettext("{n} target", "{n} targets", len(frame)),
)  # fmt: skip
