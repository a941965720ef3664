"""The method page of each exhibit, and the rows behind its numbers as CSV."""

from flask import Flask, Response, abort, make_response, request

from callbacks import method
from callbacks.requests.page_request import AppContext, PageRequest, address_search, open_request
from dashboard.pages import plain_pages
from dashboard.settings import Settings
from data.editions import frozen_copies
from data.exhibits import EXHIBITS, current_code
from data.privacy.viewer import Permission
from layouts.texts import method_texts
from layouts.texts.method_texts import MOST_ROWS, Permalink
from layouts.words import _, sentences


def install(server: Flask, settings: Settings, context: AppContext) -> None:
    """Add the routes. The gate checks their requests like all others."""

    @server.get("/how/<code>", endpoint="how")
    def page(code: str) -> Response:
        code = current_code(code)
        if code not in EXHIBITS:
            abort(404)
        with open_request(context, address_search()) as page_request:
            indicator = method.chosen_indicator(page_request, code, request.args.get("indicator"))
            how = method.method_of(page_request, code, indicator)
            return plain_pages.manage(
                "how.html",
                title=_("How these numbers were made"),
                lead=how.name,
                how=how,
                kept=_permanent_address(settings, context, page_request, code, indicator),
                synthetic=page_request.view.catalogue.programme.synthetic,
                counted=not page_request.view.threshold,
                most=MOST_ROWS,
                cut=method_texts.cut,
                sentences=sentences,
                csv=page_request.addresses.of(f"/export/{code}.csv")
                if page_request.view.viewer.may(Permission.EXPORT)
                else "",
            )

    @server.get("/how/<code>/<table>.csv", endpoint="how-rows")
    def rows(code: str, table: str) -> Response:
        code = current_code(code)
        if code not in EXHIBITS:
            abort(404)
        with open_request(context, address_search()) as page_request:
            indicator = method.chosen_indicator(page_request, code, request.args.get("indicator"))
            try:
                response = make_response(method.rows_csv(page_request, code, table, indicator))
            except KeyError:
                abort(404)
            name = f"{page_request.addresses.file_name(f'{code}-{table}')}.csv"
        response.mimetype = "text/csv"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response


def _permanent_address(
    settings: Settings, context: AppContext, page_request: PageRequest, code: str, indicator: str
) -> Permalink:
    """A permanent address of these numbers, a note about what it will show, and a better address to offer."""
    viewer = page_request.view.viewer
    # A viewer with a threshold may not choose a date: no date in the address.
    filters = page_request.filters if page_request.view.threshold else page_request.filters.dated(page_request.as_of)
    host = settings.public_url or request.host_url.rstrip("/")

    def at(edition: str | None) -> str:
        return host + page_request.addresses.of(f"/how/{code}", filters.of_edition(edition), indicator=indicator)

    frozen = page_request.edition
    if frozen:
        note = method_texts.of_edition(frozen.name, frozen.frozen_at.date())
        return Permalink(
            at(frozen.key if viewer.may(Permission.CHOOSE_EDITION) else None), _with_link_note(page_request, note)
        )
    offer = None
    if viewer.may(Permission.CHOOSE_EDITION):
        latest = next(iter(frozen_copies.editions(context.records.folder)), None)
        offer = (
            (method_texts.same_from(latest.name), at(latest.key))
            if latest
            else (method_texts.freeze(), plain_pages.address("/editions"))
        )
    return Permalink(at(None), _with_link_note(page_request, method_texts.of_live_record()), offer)


def _with_link_note(page_request: PageRequest, note: str) -> str:
    return sentences(note, method_texts.by_link() if page_request.view.viewer.limited else "")
