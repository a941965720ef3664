"""The routes a page uses in addition to its callbacks: map boundaries, tables, and tables as CSV."""

from flask import Flask, Response, abort, g, make_response, render_template, request

from callbacks import picture_tables
from callbacks.requests.page_request import AppContext, address_search, open_request
from data.exhibits import EXHIBITS, build, current_code
from data.exports.csv_files import to_csv
from data.places import Boundaries
from data.privacy.viewer import Permission
from layouts.exhibits import PICTURES
from layouts.words import _


def install(server: Flask, context: AppContext, boundaries: Boundaries) -> None:
    """Add the routes. The gate checks their requests like all others."""
    shapes = {"provinces": boundaries.provinces, "south_china_sea": boundaries.south_china_sea}

    @server.get("/boundaries/<fingerprint>/<name>.geojson")
    def boundary(fingerprint: str, name: str) -> Response:
        if fingerprint != boundaries.fingerprint or name not in shapes:
            abort(404)
        response = make_response(shapes[name])
        response.mimetype = "application/geo+json"
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return response

    @server.get("/table/<name>")
    def table(name: str) -> str:
        name = current_code(name)
        indicator = request.args.get("indicator")
        with open_request(context, address_search()) as page_request:
            if name not in PICTURES or (indicator and indicator not in page_request.view.catalogue.indicator):
                abort(404)
            return render_template(
                "table.html",
                table=picture_tables.table(page_request, name, indicator or ""),
                export=page_request.addresses.of(f"/export/{name}.csv") if name in EXHIBITS and may_export() else "",
                all_rows=_("All rows as CSV"),
            )

    @server.get("/export/<code>.csv")
    def export(code: str) -> Response:
        code = current_code(code)
        if code not in EXHIBITS or not may_export():
            abort(404)
        with open_request(context, address_search()) as page_request:
            response = make_response(to_csv(build(page_request.view, code, options=request.args)))
            name = f"{page_request.addresses.file_name(code)}.csv"
        response.mimetype = "text/csv"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response


def may_export() -> bool:
    """True where the viewer may download files."""
    return bool(g.viewer.may(Permission.EXPORT))
