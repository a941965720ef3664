"""The routes for workbooks and the open-data package: of one exhibit, or of a whole selection."""

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO

from flask import Flask, Response, abort, g, request, send_file

from callbacks import downloads
from callbacks.requests.page_request import AppContext, PageRequest, address_search, open_request
from data.exhibits import EXHIBITS, current_code
from data.exports import packages, workbooks
from data.privacy.viewer import Permission

Write = Callable[[PageRequest, IO[bytes]], None]


def install(server: Flask, context: AppContext) -> None:
    """Add the routes. The gate checks their requests like all others."""

    @server.get("/export/<code>.xlsx", endpoint="export-workbook")
    def workbook(code: str) -> Response:
        code = current_code(code)
        if code not in EXHIBITS:
            abort(404)
        return _send(
            code,
            "xlsx",
            workbooks.MEDIA_TYPE,
            lambda page_request, to: downloads.workbook(page_request, code, to, request.args),
        )

    @server.get("/export/selection.xlsx", endpoint="export-selection")
    def selection() -> Response:
        return _send("selection", "xlsx", workbooks.MEDIA_TYPE, downloads.selection)

    @server.get("/export/package.zip", endpoint="export-package")
    def package() -> Response:
        return _send("package", "zip", packages.MEDIA_TYPE, downloads.data_package)

    def _send(what: str, ending: str, media_type: str, write: Write) -> Response:
        if not g.viewer.may(Permission.EXPORT):
            abort(404)
        file = TemporaryFile()  # noqa: SIM115 - the response closes it once it is sent
        try:
            with open_request(context, address_search()) as page_request:
                write(page_request, file)
                name = f"{page_request.addresses.file_name(what)}.{ending}"
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return send_file(file, media_type, as_attachment=True, download_name=name)
