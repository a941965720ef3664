"""A measure compared between groups."""

from layouts.look import ColumnLook, Look, Picture
from layouts.words import _l

LOOK = Look(
    code="compare",
    name=_l("Comparison"),
    definition=_l("A measure of each group beside that of the whole selection."),
    section="Compare",
    columns=(
        ColumnLook("group_kind", _l("what is compared")),
        ColumnLook("group", _l("code of the group; blank for none")),
        ColumnLook("measure", _l("code of the measure")),
        ColumnLook("value", _l("the number counted")),
        ColumnLook("of", _l("the number it is out of")),
        ColumnLook("share", _l("value divided by of")),
        ColumnLook("low", _l("lower end of the 95 % interval of the share")),
        ColumnLook("high", _l("upper end of the 95 % interval of the share")),
        ColumnLook("verdict", _l("above, below, as-expected or too-few")),
    ),
    pictures=(Picture("compare", None),),
)
