"""The results framework."""

from layouts.look import ColumnLook, Look, Picture
from layouts.words import _l

LOOK = Look(
    code="framework",
    name=_l("Results framework"),
    definition=_l("One row per target, with its baseline and what was reached."),
    section="Targets",
    columns=(
        ColumnLook("level", _l("outcome or output")),
        ColumnLook("indicator", _l("code of the indicator")),
        ColumnLook("place", _l("code of the place")),
        ColumnLook("scope", _l("which modules it speaks of")),
        ColumnLook("baseline", _l("the value before")),
        ColumnLook("baseline_on", _l("the date of the baseline")),
        ColumnLook("due_on", _l("when the target is to be reached")),
        ColumnLook("target", _l("the value to be reached")),
        ColumnLook("target_women", _l("share of women aimed at, in percent")),
        ColumnLook("actual", _l("what was reached")),
        ColumnLook("actual_women", _l("share of women reached, in percent")),
        ColumnLook("source", _l("code of the source")),
        ColumnLook("comment_en", _l("comment in English")),
        ColumnLook("comment_zh", _l("comment in Chinese")),
    ),
    pictures=(Picture("framework", None),),
)
