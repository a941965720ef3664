"""The pages that consist of exhibits: one callback for each page."""

from dataclasses import replace
from functools import cache
from typing import Any

from dash import Dash, Input, Output, State

from callbacks import downloads
from callbacks.requests.materials import build, material_of
from callbacks.requests.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data.exhibits import EXHIBITS, SLIDES
from data.privacy.viewer import Permission
from layouts import ids
from layouts.exhibits import PICTURES
from layouts.look import Material
from layouts.pages import PAGES, Frame, Page
from layouts.parts import exhibit_frame
from layouts.parts.exhibit_frame import Filled


def register(app: Dash, context: AppContext) -> None:
    """Add one callback for each page."""
    for page in PAGES:
        if page.rows:
            _register(app, context, page)


def _register(app: Dash, context: AppContext, page: Page) -> None:
    control = page.control

    @app.callback(
        *(Output(*each) for each in (control.outputs if control else ())),
        *(Output(panel.id, "content") for panel in page.panels),
        *(output for frame in page.frames for output in exhibit_frame.outputs(page.code, frame.picture)),
        Input(ids.ADDRESS, "search"),
        *([Input(control.id, "value"), *(State(*each) for each in control.states)] if control else []),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def _page(search: str | None, posted: str | None = None, *_states: Any) -> tuple[Any, ...]:
        with open_request(context, search, clears_notice=True) as request:
            return filled(request, page, posted)


def filled(request: PageRequest, page: Page, posted: str | None = None) -> tuple[Any, ...]:
    """The content of a page: the values of its control, its panels and its exhibits. `posted`: the control's value."""
    chosen, values = page.control.choose(posted, lambda code: material_of(request, code)) if page.control else ("", ())

    @cache
    def of(code: str) -> Material:
        return material_of(request, code, chosen)

    return (
        *values,
        *(panel.draw(of) for panel in page.panels),
        *(part for frame in page.frames for part in _frame(request, frame, of(PICTURES[frame.picture][0].code))),
    )


def _frame(request: PageRequest, frame: Frame, material: Material) -> tuple[Any, ...]:
    """One exhibit in its frame."""
    look, picture = PICTURES[frame.picture]
    exhibit = EXHIBITS[look.code]
    built = build(request, look.code, material.chosen)
    indicator = material.chosen if exhibit.by_indicator else ""
    basis = replace(
        request.basis(built),
        how=request.addresses.of(f"/how/{look.code}", indicator=indicator),
        deck=_to_deck(request, picture.slide or picture.code, indicator),
        downloads=downloads.of_exhibit(
            request, look.code, f"{picture.code}-{indicator}" if indicator else picture.code
        ),
    )
    missing = look.missing(material)
    if missing or picture.draw is None:
        way_back = (request.addresses.of("", request.unfiltered) or "?") if request.is_filtered else ""
        always_empty = exhibit.row_per_enterprise and not exhibit.by_indicator and built.threshold is not None
        return exhibit_frame.fill_empty(missing, basis, way_back, absent=always_empty)
    drawing = picture.draw(replace(material, size=frame.size))
    table = drawing.table_at or (picture.code if picture.columns else look.code)
    return exhibit_frame.fill(
        Filled(
            title=drawing.title,
            figure=drawing.figure,
            caption=drawing.caption,
            under=drawing.under or drawing.notice,
            table=request.addresses.of(f"/table/{table}", indicator=indicator),
            leads_to=(str(frame.leads_to[0]), request.addresses.of(frame.leads_to[1])) if frame.leads_to else None,
        ),
        basis,
    )


def _to_deck(request: PageRequest, slide: str, indicator: str) -> str:
    """The address where a manager adds a picture to a deck; empty for who may not, and where it is no slide."""
    viewer = request.view.viewer
    if slide not in SLIDES or viewer.limited or not viewer.may(Permission.MANAGE_DECKS):
        return ""
    address = request.addresses.of("/decks/add", indicator=indicator)
    return f"{address}{'&' if '?' in address else '?'}exhibit={slide}"
