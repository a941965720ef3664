"""The import pages for managers: upload files, preview the changes, load the files, roll a batch back.

Only this module writes results in the running application. Its engine exists only during a load.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, abort, flash, g, redirect, request, send_file
from sqlalchemy import Engine
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from callbacks.requests.page_request import AppContext
from dashboard.gate import body_limits
from dashboard.pages import plain_pages
from dashboard.pages.imports import import_preview, import_words
from dashboard.pages.imports.staged_uploads import Upload, UploadProblem, UploadStore
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
"""Maximum size of one upload. A workbook may unpack to more (data/loading/files/sheets.py)."""

UPLOAD = "import-upload"
"""The endpoint for files. It has its own size limit."""


def install(server: Flask, settings: Settings, context: AppContext) -> None:
    """Add the routes."""
    pages = ImportPages(settings, context, UploadStore(settings.imports))

    @server.get(ADDRESS, endpoint="import")
    def page() -> Response:
        with words.speaking(plain_pages.reader_language()):
            return pages.page()

    @server.post(ADDRESS, endpoint=UPLOAD)
    def upload() -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return pages.upload()

    @server.get(f"{ADDRESS}/<key>", endpoint="import-held")
    def look(key: str) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return pages.look(key)

    @server.post(f"{ADDRESS}/<key>", endpoint="import-decide")
    def decide(key: str) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return pages.decide(key)

    @server.get(f"{ADDRESS}/<key>/marked.xlsx", endpoint="import-marked")
    def marked(key: str) -> Response:
        return pages.marked(key)

    @server.get(f"{ADDRESS}/batches/<int:number>", endpoint="batch")
    def batch(number: int) -> Response:
        with words.speaking(plain_pages.reader_language()):
            return pages.batch(number)

    @server.post(f"{ADDRESS}/batches/<int:number>", endpoint="batch-roll-back")
    def roll_back(number: int) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return pages.roll_back(number)


@dataclass(frozen=True)
class ImportPages:
    """The responses of the routes, in the current language."""

    settings: Settings
    context: AppContext
    uploads: UploadStore

    def page(self, problem: str = "", status: int = 200) -> Response:
        """The upload form and the history of batches."""
        with database.snapshot(self.context.records.live.engine) as connection:
            history = [import_words.batch_row(each) for each in batches(connection)]
        return plain_pages.manage(
            "import.html",
            status,
            ADDRESS,
            title=_("Import"),
            lead=_("Send a workbook, look at what it would change, then load it or leave it."),
            problem=problem,
            done=plain_pages.done_message(),
            address=plain_pages.address,
            most=MOST_MEGABYTES,
            history=history,
        )

    def upload(self) -> AnyResponse:
        """Store the files and make the preview."""
        most = request.max_content_length = MOST_MEGABYTES * 1024**2
        try:
            upload = self.uploads.add(g.viewer.name, request.files.getlist("files"))
        except RequestEntityTooLarge:
            body_limits.drain(most)
            return self.page(import_words.too_large_error(MOST_MEGABYTES), 413)
        except UploadProblem as problem:
            return self.page(import_words.upload_error(problem), 507 if problem.reason == "folder" else 400)
        return self._preview(upload)

    def look(self, key: str) -> AnyResponse:
        """The page of an upload: its preview, or the result of the load."""
        return self._upload_page(self._find(key))

    def decide(self, key: str) -> AnyResponse:
        """Load the upload, or discard it."""
        upload = self._find(key)
        decision = request.form.get("wish", "")
        if decision == "discard":
            upload.discard()
            flash(_("{file} was discarded; nothing was changed.", file=upload.origin))
            return redirect(plain_pages.address(ADDRESS), code=303)
        if decision != "accept":
            abort(400)
        try:
            with upload.locked():
                if upload.read("done") is not None:
                    return redirect(plain_pages.address(f"{ADDRESS}/{key}"), code=303)
                return self._accept(upload)
        except FileNotFoundError:  # discarded while this request waited for the lock
            abort(404)

    def marked(self, key: str) -> Response:
        """The workbook with each refused cell marked."""
        upload = self._find(key)
        refusals = import_preview.findings(upload.read("refusals") or [])
        path = upload.folder / "marked.xlsx"
        if not refusals or upload.read("done") is not None:
            abort(404)
        with upload.locked():
            if not path.exists():
                unfinished = path.with_name(".marked.xlsx")
                write_marked(upload.path, refusals[: import_words.MOST_MARKED], unfinished)
                unfinished.replace(path)
        return send_file(
            io.BytesIO(path.read_bytes()),
            as_attachment=True,
            download_name=import_words.marked_file_name(upload.origin),
            mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )

    def batch(self, number: int, problem: str = "", status: int = 200) -> Response:
        """The page of one batch, with the effect of a roll-back, or the reason why it is impossible."""
        with database.snapshot(self.context.records.live.engine) as connection:
            by_number = {each.number: each for each in batches(connection)}
            if number not in by_number:
                abort(404)
            row = import_words.batch_row(by_number[number])
            try:
                plan_rows, refusal = import_words.plan_rows(plan(connection, number)), None
            except RollbackProblem as refused:
                plan_rows, refusal = None, import_words.rollback_refusal(refused)
        return plain_pages.manage(
            "import_batch.html",
            status,
            f"{ADDRESS}/batches/{number}",
            title=_("Batch {number}", number=number),
            lead=row.origin,
            problem=problem,
            done=plain_pages.done_message(),
            address=plain_pages.address,
            batch=row,
            plan=plan_rows,
            refused=refusal,
        )

    def roll_back(self, number: int) -> AnyResponse:
        """Roll a batch back, or show the error."""
        try:
            with self._writing() as engine:
                done = rollback(engine, number, by=g.viewer.name)
        except RollbackProblem as problem:
            if problem.reason == "no-batch":
                abort(404)
            return self.batch(number, "", 409)  # the page shows the reason itself
        except LoadProblem as problem:
            return self.batch(number, import_words.load_error(problem), _status(problem))
        flash(_("Batch {number} is rolled back. That is batch {new}.", number=number, new=done.batch))
        return redirect(plain_pages.address(ADDRESS), code=303)

    def _find(self, key: str) -> Upload:
        upload = self.uploads.find(key, g.viewer.name)
        if upload is None:
            abort(404)
        return upload

    def _preview(self, upload: Upload, message: str = "") -> AnyResponse:
        try:
            import_preview.preview(self.context, upload)
        except LoadProblem as problem:
            return self.page(import_words.load_error(problem), _status(problem))
        if message:
            flash(message)
        return redirect(plain_pages.address(f"{ADDRESS}/{upload.key}"), code=303)

    def _accept(self, upload: Upload) -> AnyResponse:
        preview = upload.read("preview")
        if preview is None or preview["refused"]:
            abort(400)
        try:
            with self._writing() as engine:
                report = load(engine, upload.path, by=g.viewer.name, origin=upload.origin, onto=preview["onto"])
        except LoadProblem as problem:
            if problem.reason == "changed-since":
                return self._preview(
                    upload,
                    _("The record has changed since you looked. Nothing was loaded: look again at what would change."),
                )
            return self._upload_page(upload, import_words.load_error(problem), _status(problem))
        upload.write("done", {"batch": report.batch, "tables": import_preview.summary(report)["tables"]})
        upload.remove_files()
        return redirect(plain_pages.address(f"{ADDRESS}/{upload.key}"), code=303)

    def _upload_page(self, upload: Upload, problem: str = "", status: int = 200) -> Response:
        preview: dict[str, Any] | None = upload.read("preview")
        if preview is None:  # interrupted before the preview was made
            abort(404)
        done = upload.read("done")
        shown = import_words.UploadPage.of(preview, done, upload.read("refusals") or [])
        return plain_pages.manage(
            "import_held.html",
            status,
            f"{ADDRESS}/{upload.key}",
            title=shown.title,
            lead=upload.origin,
            problem=problem,
            done=plain_pages.done_message(),
            address=plain_pages.address,
            key=upload.key,
            shown=shown,
        )

    @contextmanager
    def _writing(self) -> Iterator[Engine]:
        """An engine that may write, for the block; raises :class:`LoadProblem` if there is none."""
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
