"""The Completeness page and the lists behind its numbers, for viewers who may see the quality of the data."""

from collections import Counter
from functools import partial
from typing import Any

import pandas as pd
from dash import Dash, Input, Output
from dash.exceptions import PreventUpdate

from callbacks import paging
from callbacks.enterprise_pages import counted_basis
from callbacks.navigation import may_see
from callbacks.requests import materials
from callbacks.requests.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data import exhibits
from data.lists import enterprise_list
from data.lists import follow_up as data
from data.lists.enterprise_list import ListRequest
from data.lists.follow_up import GROUPS, KINDS, FollowUpList, Forms
from data.queries.unsourced_rows import OF_SLICE
from data.vocabulary import FORM_STATES, FORMS, SILENCE
from layouts import ids, pages, words
from layouts.frames import records
from layouts.lists import enterprise_table as named
from layouts.lists import follow_up_layout as layout
from layouts.lists import follow_up_tables as tables
from layouts.lists import paged_list
from layouts.lists.paged_list import Order
from layouts.parts import cards, exhibit_frame
from layouts.parts.tables import Table
from layouts.words import _, number

PATH = "/completeness"
SORTS = tuple(column.name for column in layout.COLUMNS if column.sorts)
REPORTED = "reported"
"""The name of the table of groups, next to the names of the lists."""


def register(app: Dash, context: AppContext) -> None:
    """Add the callbacks."""

    @app.callback(
        Output(ids.COMPLETENESS_FORMS, "content"),
        Output(ids.COMPLETENESS_DAYS, "content"),
        Output(ids.COMPLETENESS_DOUBTS, "content"),
        Output(ids.COMPLETENESS_REPORTED, "content"),
        Input(ids.ADDRESS, "search"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def completeness(search: str | None) -> tuple[Any, ...]:
        admit()
        with open_request(context, search, clears_notice=True) as request:
            return counts(request)

    @app.callback(Output(ids.COMPLETENESS_ONE, "content"), Input(ids.ADDRESS, "pathname"), Input(ids.ADDRESS, "search"))
    @cacheable(Cacheable.UNDERSTOOD)
    def one(path: str | None, search: str | None) -> Any:
        admit()
        with open_request(context, search, clears_notice=True) as request:
            return heading(request, below(path))

    @app.callback(
        Output(ids.COMPLETENESS_LIST, "hidden"),
        Output(ids.COMPLETENESS_TITLE, "content"),
        Output(ids.COMPLETENESS_FOOT, "content"),
        *paged_list.outputs(layout.LIST, layout.COLUMNS),
        Input(ids.ADDRESS, "pathname"),
        Input(ids.ADDRESS, "search"),
        *paged_list.inputs(layout.LIST, layout.COLUMNS),
    )
    @cacheable(Cacheable.POSTED)
    def rows(path: str | None, search: str | None, *posted: Any) -> tuple[Any, ...]:
        admit()
        named_list = below(path)
        which = data.read(named_list)
        if named_list and (which is None or not which.of_enterprises):
            return (True, [], [], *paged_list.nothing(layout.LIST, layout.COLUMNS))
        order = paging.requested_order(layout.LIST, posted[-1], SORTS)
        with open_request(context, search, clears_notice=True) as request:
            return page(request, which, order)


def admit() -> None:
    """Raise PreventUpdate where the viewer may not see the page."""
    target = pages.page_at(PATH)
    if target is None or not may_see(target):
        raise PreventUpdate


def below(path: str | None) -> str:
    """The list that an address names; empty for the page itself."""
    return path.removeprefix(PATH).strip("/") if path and path.startswith(f"{PATH}/") else ""


def href(request: PageRequest, which: FollowUpList) -> str:
    """The address of a list."""
    return request.addresses.of(f"{PATH}/{which.path}")


def counts(request: PageRequest) -> tuple[Any, ...]:
    """The counts of the page, each with a link to its list."""
    view = request.view
    silences, unsourced = data.silences(view), data.unsourced_counts(view)
    trained = sum(silences.values())
    basis = exhibit_frame.basis_lines(counted_basis(request, enterprise_list.sources(view)))
    return (
        [
            *layout.forms(
                data.form_counts(view),
                {
                    (form, state): href(request, FollowUpList("form", (form, state)))
                    for form in FORMS
                    for state in FORM_STATES
                },
            ),
            *basis,
        ],
        [
            *layout.silences(
                silences, {each: href(request, FollowUpList("silence", (each,))) for each in SILENCE}, longest(request)
            ),
            *basis,
        ],
        [
            *layout.doubts(
                data.outlier_count(view),
                href(request, FollowUpList("outliers")),
                unsourced,
                {table: href(request, FollowUpList("unsourced", (table,))) for table in unsourced},
            ),
            *basis,
        ],
        [
            *layout.reported_heading(trained - silences["never"], trained),
            exhibit_frame.table_at(
                request.addresses.of(f"/completeness-lists/{REPORTED}"), _("By partner and round"), opened=True
            ),
            *basis,
        ],
    )


def longest(request: PageRequest) -> tuple[str, str, int] | None:
    """The trained enterprise with the oldest last report: name, address, days. None where no report has a date."""
    first = data.longest_silent(request.view)
    if first is None or first.days is None:
        return None
    code = first.listed.enterprise
    request.names.learn(pd.DataFrame({"enterprise": [code]}))
    return request.names.of("enterprise", code), request.addresses.enterprise(code), first.days


def page(request: PageRequest, which: FollowUpList | None, order: Order) -> tuple[Any, ...]:
    """One page of a list of enterprises, sorted."""
    list_request = ListRequest("", order.sort, order.descending, order.page, words.language())
    listed, forms = data.page(request.view, list_request, which)
    request.names.learn(pd.DataFrame({"enterprise": [row.enterprise for row in listed.rows]}))
    order = Order(order.sort, order.descending, listed.page, listed.pages)
    labels = {column.name: layout.column_name(column.name) for column in layout.COLUMNS}
    path = which.path if which else "all"
    return (
        False,
        layout.list_heading(which is None),
        [
            layout.export(request.addresses.of(f"/completeness-lists/{path}.csv")),
            *exhibit_frame.basis_lines(counted_basis(request, enterprise_list.sources(request.view))),
        ],
        *paged_list.fill(
            layout.COLUMNS,
            labels,
            order,
            named.count_text(listed.count, ""),
            layout.rows([row(request, each) for each in forms]),
        ),
    )


def row(request: PageRequest, each: Forms) -> layout.Row:
    """The list's row of one enterprise."""
    listed = each.listed
    return layout.Row(
        listed.enterprise,
        request.names.of("enterprise", listed.enterprise),
        request.addresses.enterprise(listed.enterprise),
        request.names.of("place", listed.place),
        request.names.of("sector", listed.sector),
        each.states,
        named.reported(listed.last_report, listed.last_report_precision, anything=listed.reported),
        "–" if each.days is None else number(each.days),
    )


def heading(request: PageRequest, path: str) -> list[Any]:
    """The heading of a list, with its rows where they are not enterprises."""
    which = data.read(path)
    if which is None:
        return cards.not_found()
    title = layout.list_title(which.kind, which.words, request.names.of)
    fragment = None if which.of_enterprises else request.addresses.of(f"/completeness-lists/{which.path}")
    scope = "" if which.kind != "unsourced" or which.words[0] in OF_SLICE else layout.whole_record()
    sources = Counter[str]() if which.of_enterprises else None
    basis = (
        []
        if sources is not None
        else exhibit_frame.basis_lines(counted_basis(request, data.sources_of(request.view, which), scope))
    )
    return layout.list_page(title, request.addresses.of(PATH), fragment, basis)


def groups(request: PageRequest) -> list[tables.Group]:
    """The groups of the exhibit `coverage` that have lists, with their counts."""
    with_lists = []
    table = exhibits.build(request.view, "coverage").table
    for row in records(table[table["group_kind"].isin(KINDS)]):
        kind, code, trained = row["group_kind"], row["group"], row["trained"]
        silent = trained - row["trained_reported"]
        numbers = dict(zip(GROUPS, (trained, row["trained_reported"], silent), strict=True))
        lists = {what: href(request, FollowUpList("group", (what, kind, code))) for what in GROUPS}
        name = _("All enterprises") if kind == "total" else request.names.of(kind, code)
        with_lists.append(tables.Group(name, kind, numbers, lists))
    return with_lists


def table(request: PageRequest, path: str) -> Table | None:
    """A table that the page fetches separately; None where the address names none."""
    if path == REPORTED:
        return tables.reported(groups(request))
    which = data.read(path)
    if which is None or which.of_enterprises:
        return None
    frame = frame_of(request, which)
    request.names.learn(frame)
    link = partial(materials.enterprise, request)
    if which.kind == "outliers":
        return tables.outliers(frame, request.names.of, link, partial(materials.source, request))
    request.names.learn(frame.rename(columns={"code": "enterprise"}) if which.words[0] == "enterprise" else frame)
    return tables.unsourced(frame, data.key_of(which.words[0]), request.names.of, link)


def frame_of(request: PageRequest, which: FollowUpList) -> pd.DataFrame:
    """The rows of a list, for download."""
    if which.kind == "outliers":
        return data.outliers(request.view)
    if which.kind == "unsourced":
        return data.unsourced(request.view, which.words[0])
    return data.everyone(request.view, which, words.language())


def csv(request: PageRequest, path: str) -> pd.DataFrame | None:
    """The rows of a list (`all`: of every enterprise); None where the address names none."""
    if path == "all":
        return data.everyone(request.view, None, words.language())
    which = data.read(path)
    return frame_of(request, which) if which else None
