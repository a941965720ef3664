"""Recorded beside published: one row per headline and figure."""

from layouts.look import ColumnLook, Look, Picture
from layouts.words import _l

LOOK = Look(
    code="reconciliation",
    name=_l("Recorded and published"),
    definition=_l("Each headline beside every published figure of the same thing in the selection."),
    section="Headlines",
    columns=(
        ColumnLook("headline", _l("code of the headline")),
        ColumnLook("recorded", _l("the number on record")),
        ColumnLook("figure", _l("code of the published figure")),
        ColumnLook("published", _l("the number published")),
        ColumnLook("operator", _l("= exact, > more than, < up to, ~ about")),
        ColumnLook("as_of", _l("the date the figure speaks for")),
        ColumnLook("phase", _l("code of the phase")),
        ColumnLook("place", _l("code of the place")),
        ColumnLook("source", _l("code of the source")),
        ColumnLook("note", _l("why the two differ")),
    ),
    pictures=(Picture("reconciliation", None),),
)
