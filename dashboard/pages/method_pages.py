"""How numbers were made: a page behind every exhibit, and the rows used as files."""

from flask import Flask, Response, abort, make_response, request

import callbacks.method as made
from callbacks.page_request import Asked, Held, asking
from dashboard.pages import plain_pages
from dashboard.settings import Settings
from data.editions import frozen_copies
from data.exhibits import EXHIBITS
from data.privacy.viewer import Permission
from layouts import method_page
from layouts.method_page import MOST_ROWS, Kept
from layouts.words import _, sentences


def install(server: Flask, settings: Settings, held: Held) -> None:
    """Add the routes; the gate stands before them as before everything."""

    @server.get("/how/<code>", endpoint="how")
    def page(code: str) -> Response:
        if code not in EXHIBITS:
            abort(404)
        with asking(held, _search()) as asked:
            indicator = made.chosen_indicator(asked, code, request.args.get("indicator"))
            told = made.made(asked, code, indicator)
            return plain_pages.manage(
                "how.html",
                title=_("How these numbers were made"),
                lead=told.name,
                how=told,
                kept=_kept(settings, held, asked, code, indicator),
                synthetic=asked.view.catalogue.programme.synthetic,
                counted=not asked.view.threshold,
                most=MOST_ROWS,
                cut=method_page.cut,
                sentences=sentences,
                csv=asked.href(f"/export/{code}.csv") if asked.view.viewer.may(Permission.EXPORT) else "",
            )

    @server.get("/how/<code>/<table>.csv", endpoint="how-rows")
    def rows(code: str, table: str) -> Response:
        if code not in EXHIBITS:
            abort(404)
        with asking(held, _search()) as asked:
            indicator = made.chosen_indicator(asked, code, request.args.get("indicator"))
            try:
                response = make_response(made.rows_csv(asked, code, table, indicator))
            except KeyError:
                abort(404)
            name = f"{asked.file_name(f'{code}-{table}')}.csv"
        response.mimetype = "text/csv"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response


def _search() -> str:
    return request.query_string.decode("ascii", "ignore")


def _kept(settings: Settings, held: Held, asked: Asked, code: str, indicator: str) -> Kept:
    """An address of the same numbers that holds everything they depend on, and what it will show."""
    viewer = asked.view.viewer
    # Who may not choose the date has none in the address: their link says it.
    filters = asked.filters if asked.view.threshold else asked.filters.dated(asked.as_of)
    host = settings.public_url or request.host_url.rstrip("/")

    def at(edition: str | None) -> str:
        return host + asked.href(f"/how/{code}", filters.of_edition(edition), indicator=indicator)

    frozen = asked.edition
    if frozen:
        note = method_page.of_edition(frozen.name, frozen.frozen_at.date())
        return Kept(at(frozen.key if viewer.may(Permission.CHOOSE_EDITION) else None), _for(asked, note))
    offer = None
    if viewer.may(Permission.CHOOSE_EDITION):
        latest = next(iter(frozen_copies.editions(held.records.folder)), None)
        offer = (
            (method_page.same_from(latest.name), at(latest.key))
            if latest
            else (method_page.freeze(), plain_pages.address("/editions"))
        )
    return Kept(at(None), _for(asked, method_page.of_live_record()), offer)


def _for(asked: Asked, note: str) -> str:
    return sentences(note, method_page.by_link() if asked.view.viewer.limited else "")
