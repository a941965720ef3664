"""The list of enterprises and the page of one enterprise, for viewers who may see them."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

import pandas as pd
from dash import Dash, Input, Output
from dash.exceptions import PreventUpdate

from callbacks import paging
from callbacks.navigation import may_see
from callbacks.requests import materials
from callbacks.requests.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data.engine.enterprise_lists import Listed
from data.lists import enterprise_list as data
from data.lists.enterprise_list import ListRequest, Neighbours, OneEnterprise
from data.privacy.viewer import Permission
from layouts import ids, pages, words
from layouts.figures.timeline import timeline
from layouts.frames import records
from layouts.lists import enterprise_page as drawn
from layouts.lists import enterprise_table as layout
from layouts.lists import paged_list
from layouts.lists.enterprise_page import Beside, Story, on_record
from layouts.lists.paged_list import Order
from layouts.parts import cards, exhibit_frame
from layouts.parts.exhibit_frame import Basis, SourceLink
from layouts.parts.tables import Table
from layouts.texts.code_words import role_name
from layouts.words import _, day, labelled, listed

PATH = "/enterprises"
SORTS = tuple(column.name for column in layout.COLUMNS if column.sorts)


def register(app: Dash, context: AppContext) -> None:
    """Add the callbacks."""

    @app.callback(
        Output(ids.ENTERPRISES_SEARCH_LABEL, "children"),
        Output(ids.ENTERPRISES_NOTE, "content"),
        Output(ids.ENTERPRISES_BASIS, "content"),
        *paged_list.outputs(layout.LIST, layout.COLUMNS),
        Input(ids.ADDRESS, "search"),
        Input(ids.ENTERPRISES_SEARCH, "value"),
        *paged_list.inputs(layout.LIST, layout.COLUMNS),
    )
    @cacheable(Cacheable.POSTED)
    def enterprises(search: str | None, text: Any, *posted: Any) -> tuple[Any, ...]:
        admit()
        order = paging.requested_order(layout.LIST, posted[-1], SORTS)
        with open_request(context, search, clears_notice=True) as request:
            return page(request, text if isinstance(text, str) else "", order)

    @app.callback(Output(ids.ENTERPRISE, "children"), Input(ids.ADDRESS, "pathname"), Input(ids.ADDRESS, "search"))
    @cacheable(Cacheable.UNDERSTOOD)
    def enterprise(path: str | None, search: str | None) -> Any:
        admit()
        with open_request(context, search, clears_notice=True) as request:
            return one(request, str(path or "").removeprefix(PATH).strip("/"))


def admit() -> None:
    """Raise PreventUpdate where the viewer may not see the page."""
    target = pages.page_at(PATH)
    if target is None or not may_see(target):
        raise PreventUpdate


def page(request: PageRequest, text: str, order: Order) -> tuple[Any, ...]:
    """One page of the list, searched and sorted."""
    list_request = ListRequest(text, order.sort, order.descending, order.page, words.language())
    results = data.listed(request.view, list_request)
    order = Order(order.sort, order.descending, results.page, results.pages)
    threshold = request.view.threshold
    count_text = layout.no_rows() if threshold else layout.count_text(results.count, text.strip())
    modules = [code for code in request.view.catalogue.module if any(code in row.states for row in results.rows)]
    labels = {column.name: layout.column_name(column.name) for column in layout.COLUMNS}
    notes = [layout.unnamed(results.unnamed)] if results.unnamed else []
    return (
        _("Search by name"),
        [*cards.notice(notes), *layout.legend(modules, request.names.of, position(request))] if results.rows else [],
        exhibit_frame.basis_lines(counted_basis(request, Counter() if threshold else data.sources(request.view))),
        *paged_list.fill(
            layout.COLUMNS,
            labels,
            order,
            count_text,
            layout.rows(rows(request, results.rows), request.names.of, position(request)),
        ),
    )


def position(request: PageRequest) -> Any:
    """A function from a module's code to its number."""
    return lambda code: str(request.view.catalogue.module[code].columns["position"])


def rows(request: PageRequest, enterprises: Iterable[Listed]) -> list[layout.Row]:
    """The list's rows of enterprises, with links for those that have a page."""
    enterprises = list(enterprises)
    request.names.learn(pd.DataFrame({"enterprise": [row.enterprise for row in enterprises]}))
    return [
        layout.Row(
            row.enterprise if request.view.nameable is None else "",
            request.names.of("enterprise", row.enterprise),
            request.addresses.enterprise(row.enterprise),
            request.names.of("place", row.place),
            request.names.of("sector", row.sector),
            [request.names.of("round", code) for code in row.rounds],
            row.states,
            layout.reported(row.last_report, row.last_report_precision, anything=row.reported),
        )
        for row in enterprises
    ]


def basis(request: PageRequest, frames: Iterable[pd.DataFrame], *, filtered: bool = True) -> Basis:
    """The basis of the rows of some frames. A page about one enterprise is not `filtered`."""
    counted = Counter(source or "" for frame in frames for source in frame["source"])
    return counted_basis(request, counted, "" if filtered else unfiltered())


def unfiltered() -> str:
    """The note that a page about one enterprise is not filtered."""
    return _("Everything on record of it, whatever is filtered")


def counted_basis(request: PageRequest, counted: Counter[str], scope: str = "") -> Basis:
    """The basis of numbers from a count of rows per source ("": without a source). `scope` replaces the filter text."""
    named = [code for code in request.view.catalogue.source if code in counted]
    return Basis(
        coverage="",
        filtered=scope or request.filtered(),
        as_of=request.as_of,
        sources=tuple(
            SourceLink(request.names.source(code), request.addresses.source(code), counted[code]) for code in named
        ),
        unsourced=counted[""],
        synthetic=request.view.catalogue.programme.synthetic,
        edition=request.edition_line(),
    )


def one(request: PageRequest, code: str) -> list[Any]:
    """The page of one enterprise. Where this viewer has none, the same message as for an unknown address."""
    enterprise = data.one(request.view, code) if code else None
    if enterprise is None:
        return cards.not_found()
    neighbour_codes = [name for each in enterprise.neighbours for name in each.named]
    request.names.learn(pd.DataFrame({"enterprise": [code, *neighbour_codes]}))
    entry = request.names.enterprises[code]
    other = entry.name_en if words.language() == "zh" else entry.name_zh
    aside = [other if other != entry.name(words.language()) else "", code if request.view.nameable is None else ""]
    figure = timeline(enterprise.trainings, request.as_of, request.names.of)
    own_stories = stories(request, enterprise)
    return [
        *drawn.heading(
            request.names.of("enterprise", code), " · ".join(filter(None, aside)), request.addresses.of(PATH)
        ),
        drawn.facts(
            facts(request, enterprise),
            rounds(request, enterprise),
            basis_of(request, enterprise, enterprise.enrolments, of_itself=True),
        ),
        drawn.timeline(
            drawn.timeline_title(enterprise.trainings),
            figure,
            request.addresses.of(f"/enterprise-tables/{code}/trainings"),
            basis_of(request, enterprise, enterprise.trainings),
        ),
        drawn.results_section(
            enterprise.results,
            request.addresses.of(f"/enterprise-tables/{code}/results"),
            basis_of(request, enterprise, enterprise.results),
        ),
        *([drawn.stories(own_stories)] if own_stories else []),
        drawn.neighbours(
            [neighbours(request, enterprise, each) for each in enterprise.neighbours],
            [counted_basis(request, Counter(each.sources), unfiltered()) for each in enterprise.neighbours],
        ),
    ]


def basis_of(request: PageRequest, enterprise: OneEnterprise, frame: pd.DataFrame, *, of_itself: bool = False) -> Basis:
    """The basis of one part of the page: the number of rows from each source."""
    itself = [pd.DataFrame({"source": [enterprise.facts["source"]]})] if of_itself else []
    return basis(request, [*itself, frame], filtered=False)


def facts(request: PageRequest, enterprise: OneEnterprise) -> list[drawn.Fact]:
    """The facts about the enterprise itself."""
    known = enterprise.facts
    return [
        (_("Sector"), on_record(request.names.of("sector", known["sector"]) if known["sector"] else None)),
        (_("Place"), on_record(request.names.of("place", known["place"]) if known["place"] else None)),
        (_("Workers"), drawn.people(known["workers"], known["workers_women"])),
        *([(_("Note"), known["note"])] if known["note"] else []),
    ]


def rounds(request: PageRequest, enterprise: OneEnterprise) -> list[tuple[str, list[drawn.Fact]]]:
    """The facts about each of its enrolments, by round."""
    by_round = []
    for row in records(enterprise.enrolments):
        partners = enterprise.partners[enterprise.partners["round"] == row["round"]]
        roles: dict[str, list[str]] = {}
        notes: list[str] = []
        for party in records(partners):
            partner = request.names.of("partner", party["partner"])
            roles.setdefault(party["role"], []).append(partner)
            if party["note"]:
                notes.append(labelled(f"{partner} ({role_name(party['role'])})", party["note"]))
        known: list[drawn.Fact] = [
            (
                _("Partners"),
                on_record(" · ".join(labelled(role_name(role), listed(names)) for role, names in roles.items())),
            ),
            *([(_("Notes on the partners"), " ".join(notes))] if notes else []),
            *(
                (label, on_record(day(row[name], row[f"{name}_precision"]) if row[name] else None))
                for name, label in (("recruited_on", _("Recruited")), ("baseline_on", _("Baseline assessed")))
            ),
        ]
        if row["left_on"]:
            left = day(row["left_on"], row["left_on_precision"])
            # A reason is free text: it may mention data that the share link does not show.
            reason = "" if request.view.viewer.limited else row["left_reason"]
            known.append((_("Left"), " · ".join(filter(None, (left, reason)))))
        by_round.append((request.names.of("round", row["round"]), known))
    return by_round


def stories(request: PageRequest, enterprise: OneEnterprise) -> list[Story]:
    """The stories of the enterprise. None for link viewers: free text may mention data that the link does not show."""
    if request.view.viewer.limited:
        return []
    shown = []
    for row in records(enterprise.stories):
        title, before, after = (in_language(row, part) for part in ("title", "before", "after"))
        texts = [(when, text) for when, text in ((_("Before"), before), (_("After"), after)) if text]
        shown.append(Story(title or row["code"], request.addresses.of(f"/stories/{row['code']}"), texts))
    return shown


def in_language(row: dict[str, Any], part: str) -> str:
    """A text of a row in the current language, else in the other one."""
    first, second = ("zh", "en") if words.language() == "zh" else ("en", "zh")
    return row[f"{part}_{first}"] or row[f"{part}_{second}"] or ""


def neighbours(request: PageRequest, enterprise: OneEnterprise, each: Neighbours) -> Beside:
    """The neighbours of one kind, with the number that completed each module this enterprise has planned."""
    planned = set(enterprise.trainings["module"])
    modules = [code for code in request.view.catalogue.module if code in planned] if each.count else []
    return Beside(
        drawn.beside_title(each.kind, request.names.of(each.kind, each.code), each.count),
        [
            drawn.beside_module(request.names.of("module", code), each.completed.get(code, 0), each.count)
            for code in modules
        ],
        [(request.names.of("enterprise", code), request.addresses.enterprise(code)) for code in each.named],
        each.count - len(each.named),
    )


TABLES = {"trainings": (data.trainings, drawn.trainings), "results": (data.results, drawn.results)}
"""The tables of one enterprise's page, as (query, drawing)."""


def table(request: PageRequest, code: str, name: str) -> tuple[pd.DataFrame, Table] | None:
    """A table of one enterprise's page; None where there is none for this viewer."""
    allowed = request.view.viewer.may(Permission.BROWSE)
    if not allowed or name not in TABLES or not data.may_open(request.view, code):
        return None
    query, draw = TABLES[name]
    frame = query(request.view, code)
    return frame, draw(frame, request.names.of, partial(materials.source, request))
