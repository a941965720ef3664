"""A measure over time."""

from layouts.look import ColumnLook, Look, Picture
from layouts.words import _l

LOOK = Look(
    code="trend",
    name=_l("Trend"),
    definition=_l("What is new in each quarter, and all up to its end."),
    section="Trend",
    columns=(
        ColumnLook("quarter", _l("the quarter; blank for what has no date")),
        ColumnLook("measure", _l("code of the measure")),
        ColumnLook("new", _l("new in the quarter")),
        ColumnLook("cumulative", _l("all up to the end of the quarter")),
    ),
    pictures=(Picture("trend", None),),
)
