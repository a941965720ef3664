"""The texts of an open-data package: title, description and README."""

from datetime import date, datetime

from layouts.texts import file_notes, selection_words
from layouts.words import _, day, labelled, moment


def title(programme: str) -> str:
    """The title of the package."""
    return _("{programme}: results", programme=programme)


def description(filtered: str, as_of: date, edition: str, terms: str, *, synthetic: bool) -> str:
    """The basis of the numbers in the package."""
    lines = [
        _("Synthetic data: every enterprise and every number here is invented for demonstration.") if synthetic else "",
        labelled(_("Filters"), filtered),
        labelled(_("As of"), day(as_of)),
        labelled(_("Edition"), edition) if edition else "",
        labelled(_("Terms"), terms) if terms else "",
    ]
    return "\n".join(line for line in lines if line)


def readme(  # noqa: PLR0913 - everything a reader must know
    heading: str,
    rests_on: str,
    files: list[tuple[str, str]],
    taken_at: datetime,
    threshold: int | None,
    *,
    record: bool,
) -> str:
    """The README of the package in Markdown; `files` are (path, description) each."""
    files_heading = _("Files")
    lines = [
        f"# {heading}",
        "",
        *(f"{line}  " for line in rests_on.split("\n")),
        labelled(_("Taken out"), moment(taken_at)),
        "",
        f"## {files_heading}",
        "",
        *(f"- `{path}`: {description}" for path, description in files),
        "",
        _(
            "UTF-8, comma, a header row. A blank cell is not on record: unknown, never zero. Shares run from 0 to 1. "
            "`datapackage.json` says what every column holds (Frictionless Data Package)."
        ),
        _("In the files of exhibits a text that a spreadsheet would take for a formula has an apostrophe before it."),
        *([selection_words.rounded(threshold), file_notes.rounded_mark(threshold)] if threshold else []),
        *([_record_folder()] if record else []),
        _("Outcome figures are few and reported by the enterprises themselves; there is no comparison group."),
    ]
    return "\n".join(lines) + "\n"


def _record_folder() -> str:
    return _(
        "The folder `record` holds the record's own tables as they can be loaded again: every name and note is in "
        "them, also of enterprises that may not be named. Take it away before the package is given to others; the "
        "exhibits `matrix` and `pairs` name enterprises by their codes."
    )
