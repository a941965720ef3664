"""A measure over time: its table. No page draws it."""

from layouts.look import ColumnLook, Look, Picture, all_rows_missing
from layouts.parts.cell_writers import count
from layouts.texts.code_words import measure_name
from layouts.words import _, _l


def quarter_name(quarter: str | None) -> str:
    """A quarter in words; the row without one has what has no date."""
    if not quarter:
        return _("no date, or no more than a year")
    year, part = quarter.split("-Q")
    return _("Q{quarter} {year}", quarter=part, year=year)


LOOK = Look(
    code="trend",
    name=_l("Trend"),
    definition=_l(
        "What is new in each quarter, and all up to its end. An enterprise, or an enterprise in a module, counts once: "
        "in the quarter of its first record. The quarters run from the first of the measure in the selection to that "
        "of the date; empty ones are included. Those whose first record has no date of its own, only a latest date or "
        "only a year stand in a first row without a quarter. The last cumulative number and that row together are the "
        "headline."
    ),
    section="Course of time",
    columns=(
        ColumnLook(
            "quarter", _l("the quarter; blank for what has no date of day or month"), _l("Quarter"),
            lambda row, _m: quarter_name(row["quarter"]),
        ),
        ColumnLook(
            "measure", _l("code of the measure"), _l("Measure"), lambda row, m: measure_name(row["measure"], m.name)
        ),
        ColumnLook("new", _l("new in the quarter"), _l("New"), count("new"), True),
        ColumnLook(
            "cumulative", _l("all up to the end of the quarter, without the row that has no date"), _l("All so far"),
            count("cumulative"), True,
        ),
    ),
    pictures=(Picture("trend", None),),
    missing=all_rows_missing(_l("Nothing of this measure is on record in this selection.")),
)  # fmt: skip
