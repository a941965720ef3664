"""The page of editions for managers: list them, freeze the record, compare two editions."""

import io
from dataclasses import dataclass

from flask import Flask, Response, redirect, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from dashboard.pages import edition_changes, errors, plain_pages
from data.editions import frozen_copies
from data.editions.frozen_copies import LIVE, LONGEST_NAME, Edition, EditionProblem
from data.exports.packages import MEDIA_TYPE
from data.filters import language_of
from data.records import Record, Records
from data.rules_version import RULES_VERSION
from layouts import words
from layouts.words import _, day


@dataclass(frozen=True)
class EditionRow:
    """An edition in the list; only its key if its file cannot be opened. ``good``: the file is unchanged.

    ``rules`` is the version of the rules it was made under. ``tables`` is what is wrong with its frozen tables, and
    empty if they can be downloaded.
    """

    key: str
    name: str
    frozen: str
    as_of: str
    rules: str
    short: str
    state: str
    good: bool
    tables: str


def install(server: Flask, records: Records) -> None:
    """Add the routes."""

    @server.get("/editions", endpoint="editions")
    def page() -> Response:
        with words.speaking(language_of(_search())):
            return _page(records)

    @server.post("/editions", endpoint="edition-freeze")
    def freeze() -> AnyResponse:
        with words.speaking(language_of(_search())):
            name = request.form.get("name", "")
            try:
                edition = frozen_copies.freeze(records.live.engine, name, records.folder)
            except EditionProblem as problem:
                return _page(records, 409 if problem.reason == "taken" else 400, _error_message(problem), name)
            return redirect(plain_pages.address("/editions", frozen=edition.key), code=303)

    @server.get("/editions/changes.csv", endpoint="edition-changes")
    def changes() -> Response:
        before, after = (_record(records, request.args.get(side, "")) for side in ("from", "to"))
        response = Response(edition_changes.csv_lines(before, after), mimetype="text/csv")
        name = f"changes-{_code(before)}-{_code(after)}.csv"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response

    @server.get("/editions/tables.zip", endpoint="edition-tables")
    def tables() -> Response:
        with words.speaking(language_of(_search())):
            edition = frozen_copies.find(records.folder, request.args.get("edition", ""))
            frozen_copies.verify(edition)
            content = frozen_copies.tables_zip(edition)
            if content is None:
                state = frozen_copies.tables_state(edition)
                return _page(
                    records,
                    404 if state in ("gone", "none") else 503,
                    _tables_problem(edition, state),
                    here="/editions",
                )
            name = f"{'synthetic-' if edition.synthetic else ''}tables-{edition.key}.zip"
            return send_file(io.BytesIO(content), MEDIA_TYPE, as_attachment=True, download_name=name)


def _search() -> str:
    return request.query_string.decode("ascii", "ignore")


def _record(records: Records, key: str) -> Record:
    return records.live if key == LIVE else records.edition(key)


def _code(record: Record) -> str:
    return record.edition.key if record.edition else LIVE


def _page(records: Records, status: int = 200, problem: str = "", name: str = "", here: str = "") -> Response:
    editions = frozen_copies.editions(records.folder)
    before, after = request.args.get("from"), request.args.get("to")
    compared, csv = None, ""
    chosen = before or (editions[0].key if editions else LIVE), after or LIVE
    if before and after and not problem:
        try:
            first, second = _record(records, before), _record(records, after)
            compared = edition_changes.compared(first, second)
            chosen = _code(first), _code(second)
            csv = plain_pages.address("/editions/changes.csv", **dict(zip(("from", "to"), chosen, strict=True)))
        except EditionProblem as error:
            status, problem = 404 if error.reason == "gone" else 503, " ".join(errors.edition_words(error))
    made = next((each for each in editions if each.key == request.args.get("frozen")), None)
    live = records.live.catalogue()
    return plain_pages.manage(
        "editions.html",
        status,
        here,
        title=_("Editions"),
        lead=_("A frozen copy of the record for a meeting: its numbers stay as they were, whatever is loaded later."),
        problem=problem,
        done=_("{name} is frozen. SHA-256 of its file: {hash}", name=made.name, hash=made.sha256) if made else "",
        said=_texts(),
        editions=[_row(each) for each in editions] + [
            _unreadable_row(key) for key in frozen_copies.unreadable(records.folder)
        ],
        address=plain_pages.address,
        name=name,
        longest=LONGEST_NAME,
        rules=_("The numbers of every page are made by version {version} of the rules.", version=RULES_VERSION),
        now=_("The record as it is now: as of {date}, loaded on {loaded}.",
              date=day(live.programme.as_of), loaded=day(live.version.loaded_at)),
        choices=[(LIVE, _("The live record")), *((each.key, each.name) for each in editions)],
        chosen=chosen,
        compared=compared,
        csv=csv,
    )  # fmt: skip


def _texts() -> dict[str, str]:
    """The fixed texts of the page."""
    return {
        "edition": _("Edition"),
        "frozen": _("Frozen"),
        "as_of": _("Record as of"),
        "rules": _("Version of the rules"),
        "tables": _("Frozen tables (ZIP)"),
        "hash": _("Hash"),
        "state": _("File"),
        "ways": _("Leads to"),
        "number": _("Number"),
        "none": _("Nothing has been frozen yet."),
        "look": _("Look at it"),
        "present": _("Present it"),
        "compare": _("Compare"),
        "since": _("What changed since"),
        "freeze_title": _("Freeze the record"),
        "name": _("Name of the edition, for example of the meeting"),
        "freeze": _("Freeze"),
        "compare_title": _("What changed"),
        "from": _("From"),
        "to": _("To"),
        "headlines": _("Headline numbers"),
        "before": _("Before"),
        "after": _("After"),
        "change": _("Change"),
        "new": _("New results"),
        "new_hint": _("Rows that were not there before, and cells that were blank."),
        "corrections": _("Corrections of old ones"),
        "corrections_hint": _("Values that were known and are others now, and what was withdrawn."),
        "nothing_new": _("Nothing is new."),
        "nothing_corrected": _("Nothing was corrected."),
        "of": _("Of what"),
        "column": _("Column"),
        "columns_hint": _("Columns are called as in the sheets that are loaded."),
        "csv": _("Every change as CSV"),
    }


def _row(edition: Edition) -> EditionRow:
    good = True
    try:
        frozen_copies.verify(edition)
    except EditionProblem:
        good = False
    state = frozen_copies.tables_state(edition)
    tables = "" if state == "good" else _tables_words(state)
    return EditionRow(
        edition.key,
        edition.name,
        words.moment(edition.frozen_at),
        day(edition.as_of),
        str(edition.rules_version),
        edition.short,
        " · ".join(filter(None, (_("as it was frozen") if good else _("changed: nothing is shown from it"), tables))),
        good,
        tables,
    )


def _unreadable_row(key: str) -> EditionRow:
    return EditionRow(key, "", "–", "–", "–", key[-8:], _("cannot be opened"), good=False, tables="")


def _tables_words(state: str) -> str:
    """The message about the frozen tables of an edition that were changed, are gone, or were never made."""
    return {
        "changed": _("its tables were changed and are not given out"),
        "gone": _("the file of its tables is gone"),
        "none": _("made before tables were frozen"),
    }[state]


def _tables_problem(edition: Edition, state: str) -> str:
    return f"{edition.name}: {_tables_words(state)}"


def _error_message(problem: EditionProblem) -> str:
    """The reason why nothing was frozen."""
    if problem.reason == "taken":
        return _("There is an edition called {name} already: choose another name.", name=problem.detail)
    if problem.reason == "folder":
        return _("The edition could not be written: {why}. Nothing was frozen.", why=problem.detail)
    return _('An edition needs a name of 1 to {n} letters, and not "live".', n=LONGEST_NAME)
