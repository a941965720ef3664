"""Recorded numbers beside published ones: a table, one row per headline and figure."""

from layouts.exhibits.overview import published, recorded
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, all_rows_missing
from layouts.parts.cell_writers import dated, name, source, text
from layouts.texts.code_words import headline_name
from layouts.words import _, _l, known, labelled, number, sentences, unseen


def draw(material: Material) -> Drawing:
    """No figure: the title, and the table with the reasons."""
    return Drawing(
        title=_title(material),
        caption=sentences(
            _("Recorded: counted from the rows on record, in this selection. Published: as others printed it."),
            _("The two are never added; a published figure may speak of other enterprises, places or years."),
        ),
    )


def _title(material: Material) -> str:
    """The first headline with a figure: what is on record, and the largest number published of it."""
    rows = records(material.table)
    first = [row for row in rows if row["headline"] == rows[0]["headline"]]
    largest = max(first, key=lambda row: row["published"])
    value = largest["recorded"]
    told = _("{n} on record", n=number(value)) if known(value) or unseen(value) else _("not on record")
    most = published(largest["published"], largest["operator"])
    if any(row["published"] != largest["published"] for row in first):
        finding = _("{recorded}, up to {n} published", recorded=told, n=most)
    else:
        finding = _("{recorded}, {n} published", recorded=told, n=most)
    return labelled(headline_name(first[0]["headline"]), finding)


LOOK = Look(
    code="reconciliation",
    name=_l("Recorded beside published"),
    definition=_l(
        "One row per headline and published figure of the same thing in the selection. The number on record is that of "
        "the headline, the same in each of its rows; it is counted from single enterprises and trainings. The "
        "published figure is as its source prints it, with the sign of a bound. The note says why they differ, where "
        "that is known. Nothing is added, and nothing is estimated."
    ),
    section="Published figures",
    columns=(
        ColumnLook(
            "headline", _l("code of the headline"), _l("Headline"), lambda row, _m: headline_name(row["headline"]),
            obvious=True,
        ),
        ColumnLook(
            "recorded", _l("the number on record; blank where it is not on record"), _l("On record"),
            lambda row, _m: recorded(row["recorded"]), True,
        ),
        ColumnLook("figure", _l("code of the published figure"), obvious=True),
        ColumnLook(
            "published", _l("the number published"), _l("Published"),
            lambda row, _m: published(row["published"], row["operator"]), True,
        ),
        ColumnLook("operator", _l("= as printed, > more than, < up to, ~ about")),
        ColumnLook("as_of", _l("the date the figure speaks for"), _l("Date"), dated("as_of")),
        ColumnLook("phase", _l("code of the phase"), _l("Phase"), name("phase")),
        ColumnLook("place", _l("code of the place; blank where it is not given"), _l("Place"), name("place")),
        ColumnLook("source", _l("code of the source"), _l("Source"), source(), obvious=True),
        ColumnLook("note", _l("what the source says about the figure, and why it differs from the record"),
                   _l("Why they differ"), text("note")),
    ),
    pictures=(Picture("reconciliation", draw),),
    missing=all_rows_missing(
        _l("No published figure stands beside a headline in this selection; none is split by sector or module.")
    ),
)  # fmt: skip
