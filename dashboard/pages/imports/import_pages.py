"""The managers' page of imports: send files, look at what they would change, load them, roll a batch back.

The one place of the running application that writes results: its engine lives for the moment of a load.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, abort, flash, g, get_flashed_messages, redirect, request, send_file
from sqlalchemy import Engine
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from callbacks.page_request import AppContext
from dashboard.gate import body_limits
from dashboard.pages import plain_pages
from dashboard.pages.imports import import_preview, import_words
from dashboard.pages.imports.staged_uploads import Holding, HoldingProblem, Upload
from dashboard.settings import Settings
from data.loading import LoadProblem, load
from data.loading.template.marked_workbook import write_marked
from data.loading.writes.rolling_back import RollbackProblem, plan, rollback
from data.storage import database
from data.storage.batches import batches
from layouts import words
from layouts.words import _

ADDRESS = "/import"
MOST_MEGABYTES = 64
"""What may be sent at once; a workbook may unpack to more (data/loading/files/sheets.py)."""

UPLOAD = "import-upload"
"""The endpoint that takes files, and has a limit of its own."""


def install(server: Flask, settings: Settings, context: AppContext) -> None:
    """Add the routes; the gate stands before them as before everything."""
    desk = Desk(settings, context, Holding(settings.imports))

    @server.get(ADDRESS, endpoint="import")
    def page() -> Response:
        with words.speaking(plain_pages.reader_language()):
            return desk.page()

    @server.post(ADDRESS, endpoint=UPLOAD)
    def upload() -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return desk.upload()

    @server.get(f"{ADDRESS}/<key>", endpoint="import-held")
    def look(key: str) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return desk.look(key)

    @server.post(f"{ADDRESS}/<key>", endpoint="import-decide")
    def decide(key: str) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return desk.decide(key)

    @server.get(f"{ADDRESS}/<key>/marked.xlsx", endpoint="import-marked")
    def marked(key: str) -> Response:
        return desk.marked(key)

    @server.get(f"{ADDRESS}/batches/<int:number>", endpoint="batch")
    def batch(number: int) -> Response:
        with words.speaking(plain_pages.reader_language()):
            return desk.batch(number)

    @server.post(f"{ADDRESS}/batches/<int:number>", endpoint="batch-roll-back")
    def roll_back(number: int) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return desk.roll_back(number)


@dataclass(frozen=True)
class Desk:
    """Where files are taken in: what the routes answer, in the language spoken."""

    settings: Settings
    context: AppContext
    holding: Holding

    def page(self, problem: str = "", status: int = 200) -> Response:
        """The form, and the history of batches."""
        with database.snapshot(self.context.records.live.engine) as connection:
            history = [import_words.listed(each) for each in batches(connection)]
        return plain_pages.manage(
            "import.html",
            status,
            ADDRESS,
            title=_("Import"),
            lead=_("Send a workbook, look at what it would change, then load it or leave it."),
            problem=problem,
            done=_done(),
            address=plain_pages.address,
            most=MOST_MEGABYTES,
            history=history,
        )

    def upload(self) -> AnyResponse:
        """Hold what was sent and find out what it would do."""
        most = request.max_content_length = MOST_MEGABYTES * 1024**2
        try:
            upload = self.holding.hold(g.viewer.name, request.files.getlist("files"))
        except RequestEntityTooLarge:
            body_limits.drain(most)
            return self.page(import_words.too_much(MOST_MEGABYTES), 413)
        except HoldingProblem as problem:
            return self.page(import_words.not_held(problem), 507 if problem.reason == "folder" else 400)
        return self._previewed(upload)

    def look(self, key: str) -> AnyResponse:
        """What an upload would do, or did."""
        return self._looked(self._find(key))

    def decide(self, key: str) -> AnyResponse:
        """Load the upload, or discard it."""
        upload = self._find(key)
        wish = request.form.get("wish", "")
        if wish == "discard":
            upload.discard()
            flash(_("{file} was discarded; nothing was changed.", file=upload.origin))
            return redirect(plain_pages.address(ADDRESS), code=303)
        if wish != "accept":
            abort(400)
        try:
            with upload.alone():
                if upload.noted("done") is not None:
                    return redirect(plain_pages.address(f"{ADDRESS}/{key}"), code=303)
                return self._accept(upload)
        except FileNotFoundError:  # discarded while it waited
            abort(404)

    def marked(self, key: str) -> Response:
        """The workbook to send back."""
        upload = self._find(key)
        refusals = import_preview.findings(upload.noted("refusals") or [])
        path = upload.folder / "marked.xlsx"
        if not refusals or upload.noted("done") is not None:
            abort(404)
        with upload.alone():
            if not path.exists():
                unfinished = path.with_name(".marked.xlsx")
                write_marked(upload.path, refusals[: import_words.MOST_MARKED], unfinished)
                unfinished.replace(path)
        return send_file(
            io.BytesIO(path.read_bytes()),
            as_attachment=True,
            download_name=import_words.marked_name(upload.origin),
            mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )

    def batch(self, number: int, problem: str = "", status: int = 200) -> Response:
        """One batch, and what rolling it back would do, or why it cannot be."""
        with database.snapshot(self.context.records.live.engine) as connection:
            known = {each.number: each for each in batches(connection)}
            if number not in known:
                abort(404)
            shown = import_words.listed(known[number])
            try:
                planned, in_the_way = import_words.planned(plan(connection, number)), None
            except RollbackProblem as refused:
                planned, in_the_way = None, import_words.in_the_way(refused)
        return plain_pages.manage(
            "import_batch.html",
            status,
            f"{ADDRESS}/batches/{number}",
            title=_("Batch {number}", number=number),
            lead=shown.origin,
            problem=problem,
            done=_done(),
            address=plain_pages.address,
            batch=shown,
            plan=planned,
            refused=in_the_way,
        )

    def roll_back(self, number: int) -> AnyResponse:
        """Roll a batch back, or say why not."""
        try:
            with self._writing() as engine:
                done = rollback(engine, number, by=g.viewer.name)
        except RollbackProblem as problem:
            if problem.reason == "no-batch":
                abort(404)
            return self.batch(number, "", 409)  # the page says itself what is in the way
        except LoadProblem as problem:
            return self.batch(number, import_words.said(problem), _status(problem))
        flash(_("Batch {number} is rolled back. That is batch {new}.", number=number, new=done.batch))
        return redirect(plain_pages.address(ADDRESS), code=303)

    def _find(self, key: str) -> Upload:
        upload = self.holding.find(key, g.viewer.name)
        if upload is None:
            abort(404)
        return upload

    def _previewed(self, upload: Upload, said: str = "") -> AnyResponse:
        try:
            import_preview.preview(self.context, upload)
        except LoadProblem as problem:
            return self.page(import_words.said(problem), _status(problem))
        if said:
            flash(said)
        return redirect(plain_pages.address(f"{ADDRESS}/{upload.key}"), code=303)

    def _accept(self, upload: Upload) -> AnyResponse:
        known = upload.noted("preview")
        if known is None or known["refused"]:
            abort(400)
        try:
            with self._writing() as engine:
                report = load(engine, upload.path, by=g.viewer.name, origin=upload.origin, onto=known["onto"])
        except LoadProblem as problem:
            if problem.reason == "changed-since":
                return self._previewed(
                    upload,
                    _("The record has changed since you looked. Nothing was loaded: look again at what would change."),
                )
            return self._looked(upload, import_words.said(problem), _status(problem))
        upload.note("done", {"batch": report.batch, "tables": import_preview.told(report)["tables"]})
        upload.empty()
        return redirect(plain_pages.address(f"{ADDRESS}/{upload.key}"), code=303)

    def _looked(self, upload: Upload, problem: str = "", status: int = 200) -> Response:
        known: dict[str, Any] | None = upload.noted("preview")
        if known is None:  # cut short before it was known
            abort(404)
        done = upload.noted("done")
        shown = import_words.Looked.of(known, done, upload.noted("refusals") or [])
        return plain_pages.manage(
            "import_held.html",
            status,
            f"{ADDRESS}/{upload.key}",
            title=shown.title,
            lead=upload.origin,
            problem=problem,
            done=_done(),
            address=plain_pages.address,
            key=upload.key,
            shown=shown,
        )

    @contextmanager
    def _writing(self) -> Iterator[Engine]:
        """An engine that may write, for the moment of a load."""
        try:
            engine = database.writing_engine(self.settings.database_url)
        except OSError as error:
            raise LoadProblem("unwritable", error.strerror or str(error)) from error
        try:
            yield engine
        finally:
            engine.dispose()


def _status(problem: LoadProblem) -> int:
    return 409 if problem.reason == "locked" else 503


def _done() -> str:
    """What was just carried out."""
    return " ".join(str(each) for each in get_flashed_messages())
