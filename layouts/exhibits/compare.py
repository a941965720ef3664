"""A measure compared between groups: its table. No page draws it."""

from layouts.look import ColumnLook, Look, Material, Picture, Row, all_rows_missing
from layouts.parts.cell_writers import count, share
from layouts.parts.tables import Cell
from layouts.texts.code_words import coded, group_kind_name, measure_name, verdict_name
from layouts.words import _, _l


def group(row: Row, material: Material) -> Cell:
    """The name of a group."""
    kind, code = row["group_kind"], row["group"]
    if not code:
        return _("not given")
    name = material.name("place" if kind == "province" else kind, code)
    return coded(code, name) if kind == "module" else name


LOOK = Look(
    code="compare",
    name=_l("Comparison of groups"),
    definition=_l(
        "One measure for each partner, sector, round, phase, province or module with an enterprise in the selection. A "
        "partner includes all below it, so an enterprise counts with each of its partners. The interval of a share is "
        "Wilson's, at 95 %. A group is above or below only where its share lies outside p ± 3.0902 √(p(1−p)/n): p is "
        "the share of the whole selection, with each enterprise once, and n the group's own number. Otherwise it is as "
        "expected, and where n is less than 10 too few to say. Groups are not ranked: they differ in sectors, regions "
        "and dates."
    ),
    section="Comparing groups",
    columns=(
        ColumnLook(
            "group_kind", _l("what is compared"), _l("Compared"), lambda row, _m: group_kind_name(row["group_kind"])
        ),
        ColumnLook("group", _l("code of the group; blank where it is not given"), _l("Group"), group),
        ColumnLook(
            "measure", _l("code of the measure"), _l("Measure"), lambda row, m: measure_name(row["measure"], m.name)
        ),
        ColumnLook("value", _l("the number counted"), _l("Number"), count("value"), True),
        ColumnLook("of", _l("the number it is out of; blank where there is none"), _l("Out of"), count("of"), True),
        ColumnLook("share", _l("value divided by of"), _l("As a share"), share("share"), True),
        ColumnLook("low", _l("lower end of the 95 % interval of the share"), _l("Interval from"), share("low"), True),
        ColumnLook("high", _l("upper end of the 95 % interval of the share"), _l("Interval to"), share("high"), True),
        ColumnLook(
            "verdict", _l("above, below, as-expected or too-few, against the whole selection"),
            _l("Against the whole"), lambda row, _m: verdict_name(row["verdict"]),
        ),
    ),
    pictures=(Picture("compare", None),),
    missing=all_rows_missing(_l("There is nothing to compare in this selection.")),
)  # fmt: skip
