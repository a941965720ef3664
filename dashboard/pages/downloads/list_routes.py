"""The routes for tables of single enterprises and for the lists of the Completeness page, as HTML and CSV."""

import pandas as pd
from flask import Flask, Response, abort, make_response, render_template, request

from callbacks import enterprise_pages, follow_up_page
from callbacks.requests.page_request import AppContext, address_search, open_request
from dashboard.pages.downloads.table_routes import may_export
from data.exports.csv_files import csv_of, with_written_dates
from data.storage.schema import precision_of
from layouts.parts.tables import Table
from layouts.words import _


def install(server: Flask, context: AppContext) -> None:
    """Add the routes. The gate checks their requests like all others."""

    @server.get("/enterprise-tables/<code>/<name>", endpoint="enterprise-table")
    def enterprise_table(code: str, name: str) -> str:
        with open_request(context, address_search()) as page_request:
            table = enterprise_pages.table(page_request, code, name)
            if table is None:
                abort(404)
            return _fragment(table[1], page_request.addresses.of(f"{request.path}.csv"))

    @server.get("/enterprise-tables/<code>/<name>.csv", endpoint="enterprise-table-csv")
    def enterprise_csv(code: str, name: str) -> Response:
        with open_request(context, address_search()) as page_request:
            table = enterprise_pages.table(page_request, code, name) if may_export() else None
            if table is None:
                abort(404)
            return _csv(table[0], page_request.addresses.file_name(f"{code}-{name}"))

    @server.get("/completeness-lists/<path:which>", endpoint="completeness-list")
    def completeness_list(which: str) -> str:
        with open_request(context, address_search()) as page_request:
            table = follow_up_page.table(page_request, which)
            if table is None:
                abort(404)
            export = "/export/coverage.csv" if which == follow_up_page.REPORTED else f"{request.path}.csv"
            return _fragment(table, page_request.addresses.of(export))

    @server.get("/completeness-lists/<path:which>.csv", endpoint="completeness-list-csv")
    def completeness_csv(which: str) -> Response:
        with open_request(context, address_search()) as page_request:
            frame = follow_up_page.csv(page_request, which) if may_export() else None
            if frame is None:
                abort(404)
            return _csv(frame, page_request.addresses.file_name(which.replace("/", "-").strip("-")))


def _fragment(table: Table, export: str) -> str:
    return render_template(
        "table.html", table=table, export=export if may_export() else "", all_rows=_("All rows as CSV")
    )


def _csv(frame: pd.DataFrame, name: str) -> Response:
    columns = [str(column) for column in frame.columns]
    shown = [column for column in columns if column not in {precision_of(name) for name in columns}]
    response = make_response(csv_of(with_written_dates(frame, columns), shown))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    return response
