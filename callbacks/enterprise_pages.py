"""The list of enterprises and the page of one; neither says anything to who may not see names."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

import pandas as pd
from dash import Dash, Input, Output
from dash.exceptions import PreventUpdate

from callbacks import materials, paging
from callbacks.navigation import may_see
from callbacks.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
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
    def enterprises(search: str | None, text: Any, *moved: Any) -> tuple[Any, ...]:
        admit()
        order = paging.stepped(layout.LIST, moved[-1], SORTS)
        with open_request(context, search, clears_notice=True) as request:
            return page(request, text if isinstance(text, str) else "", order)

    @app.callback(Output(ids.ENTERPRISE, "children"), Input(ids.ADDRESS, "pathname"), Input(ids.ADDRESS, "search"))
    @cacheable(Cacheable.UNDERSTOOD)
    def enterprise(path: str | None, search: str | None) -> Any:
        admit()
        with open_request(context, search, clears_notice=True) as request:
            return one(request, str(path or "").removeprefix(PATH).strip("/"))


def admit() -> None:
    """Answer nothing to who may not see the page."""
    found = pages.page_at(PATH)
    if found is None or not may_see(found):
        raise PreventUpdate


def page(request: PageRequest, text: str, order: Order) -> tuple[Any, ...]:
    """The list as it is searched, sorted and turned."""
    wanted = ListRequest(text, order.sort, order.descending, order.page, words.language())
    found = data.listed(request.view, wanted)
    order = Order(order.sort, order.descending, found.page, found.pages)
    threshold = request.view.threshold
    said = layout.no_rows() if threshold else layout.count_text(found.count, text.strip())
    modules = [code for code in request.view.catalogue.module if any(code in row.states for row in found.rows)]
    labels = {column.name: layout.column_name(column.name) for column in layout.COLUMNS}
    notes = [layout.unnamed(found.unnamed)] if found.unnamed else []
    return (
        _("Search by name"),
        [*cards.notice(notes), *layout.legend(modules, request.names.of, position(request))] if found.rows else [],
        exhibit_frame.basis_lines(based(request, Counter() if threshold else data.sources(request.view))),
        *paged_list.fill(
            layout.COLUMNS,
            labels,
            order,
            said,
            layout.rows(rows(request, found.rows), request.names.of, position(request)),
        ),
    )


def position(request: PageRequest) -> Any:
    """How a module is numbered."""
    return lambda code: str(request.view.catalogue.module[code].columns["position"])


def rows(request: PageRequest, found: Iterable[Listed]) -> list[layout.Row]:
    """Enterprises as the list shows them, with links for those that have a page."""
    found = list(found)
    request.names.learn(pd.DataFrame({"enterprise": [row.enterprise for row in found]}))
    return [
        layout.Row(
            row.enterprise if request.view.nameable is None else "",
            request.names.of("enterprise", row.enterprise),
            request.addresses.enterprise(row.enterprise),
            request.names.of("place", row.place),
            request.names.of("sector", row.sector),
            [request.names.of("round", code) for code in row.rounds],
            row.states,
            layout.reported(row.last_report, row.date_precision, anything=row.reported),
        )
        for row in found
    ]


def basis(request: PageRequest, frames: Iterable[pd.DataFrame], *, filtered: bool = True) -> Basis:
    """What the rows of some frames rest on; what is said of one enterprise is not `filtered`."""
    counted = Counter(source or "" for frame in frames for source in frame["source"])
    return based(request, counted, "" if filtered else unfiltered())


def unfiltered() -> str:
    """That a page about one enterprise is not filtered."""
    return _("Everything on record of it, whatever is filtered")


def based(request: PageRequest, counted: Counter[str], said: str = "") -> Basis:
    """What so many rows per source ("": none given) rest on."""
    named = [code for code in request.view.catalogue.source if code in counted]
    return Basis(
        coverage="",
        filtered=said or request.filtered(),
        as_of=request.as_of,
        sources=tuple(
            SourceLink(request.names.source(code), request.addresses.source(code), counted[code]) for code in named
        ),
        unsourced=counted[""],
        synthetic=request.view.catalogue.programme.synthetic,
        edition=request.edition_line(),
    )


def one(request: PageRequest, code: str) -> list[Any]:
    """The page of one enterprise; of one that has none for this viewer it says what it says of any unknown address."""
    found = data.one(request.view, code) if code else None
    if found is None:
        return cards.not_found()
    near = [name for each in found.neighbours for name in each.named]
    request.names.learn(pd.DataFrame({"enterprise": [code, *near]}))
    entry = request.names.enterprises[code]
    other = entry.name_en if words.language() == "zh" else entry.name_zh
    aside = [other if other != entry.name(words.language()) else "", code if request.view.nameable is None else ""]
    figure = timeline(found.trainings, request.as_of, request.names.of)
    told = stories(request, found)
    return [
        *drawn.heading(
            request.names.of("enterprise", code), " · ".join(filter(None, aside)), request.addresses.of(PATH)
        ),
        drawn.facts(
            facts(request, found), rounds(request, found), basis_of(request, found, found.enrolments, of_itself=True)
        ),
        drawn.timeline(
            drawn.timeline_title(found.trainings),
            figure,
            request.addresses.of(f"/enterprise-tables/{code}/trainings"),
            basis_of(request, found, found.trainings),
        ),
        drawn.results_section(
            found.results,
            request.addresses.of(f"/enterprise-tables/{code}/results"),
            basis_of(request, found, found.results),
        ),
        *([drawn.stories(told)] if told else []),
        drawn.neighbours(
            [beside(request, found, each) for each in found.neighbours],
            [based(request, Counter(each.sources), unfiltered()) for each in found.neighbours],
        ),
    ]


def basis_of(request: PageRequest, found: OneEnterprise, frame: pd.DataFrame, *, of_itself: bool = False) -> Basis:
    """What one part of the page rests on: so many rows, from these sources."""
    itself = [pd.DataFrame({"source": [found.facts["source"]]})] if of_itself else []
    return basis(request, [*itself, frame], filtered=False)


def facts(request: PageRequest, found: OneEnterprise) -> list[drawn.Fact]:
    """What is known of the enterprise itself."""
    known = found.facts
    return [
        (_("Sector"), on_record(request.names.of("sector", known["sector"]) if known["sector"] else None)),
        (_("Place"), on_record(request.names.of("place", known["place"]) if known["place"] else None)),
        (_("Workers"), drawn.people(known["workers"], known["workers_women"])),
    ]


def rounds(request: PageRequest, found: OneEnterprise) -> list[tuple[str, list[drawn.Fact]]]:
    """What is known of each of its enrolments."""
    said = []
    for row in records(found.enrolments):
        partners = found.partners[found.partners["round"] == row["round"]]
        roles: dict[str, list[str]] = {}
        for party in records(partners):
            roles.setdefault(party["role"], []).append(request.names.of("partner", party["partner"]))
        known: list[drawn.Fact] = [
            (
                _("Partners"),
                on_record(" · ".join(labelled(drawn.role_name(role), listed(names)) for role, names in roles.items())),
            ),
            *(
                (label, on_record(day(row[name], row["date_precision"]) if row[name] else None))
                for name, label in (("recruited_on", _("Recruited")), ("baseline_on", _("Baseline assessed")))
            ),
        ]
        if row["left_on"]:
            left = day(row["left_on"], row["date_precision"])
            # A reason is free text: it may speak of what lies outside a link.
            reason = "" if request.view.viewer.limited else row["left_reason"]
            known.append((_("Left"), " · ".join(filter(None, (left, reason)))))
        said.append((request.names.of("round", row["round"]), known))
    return said


def stories(request: PageRequest, found: OneEnterprise) -> list[Story]:
    """The stories of the enterprise; free text may speak of what lies outside a link, so none for who came by one."""
    if request.view.viewer.limited:
        return []
    told = []
    for row in records(found.stories):
        title, before, after = (in_language(row, part) for part in ("title", "before", "after"))
        texts = [(when, text) for when, text in ((_("Before"), before), (_("After"), after)) if text]
        told.append(Story(title or row["code"], request.addresses.of(f"/stories/{row['code']}"), texts))
    return told


def in_language(row: dict[str, Any], part: str) -> str:
    """A text of a row in the language spoken, else in the other one."""
    first, second = ("zh", "en") if words.language() == "zh" else ("en", "zh")
    return row[f"{part}_{first}"] or row[f"{part}_{second}"] or ""


def beside(request: PageRequest, found: OneEnterprise, each: Neighbours) -> Beside:
    """The neighbours of one kind, with how far they got in the modules this enterprise has planned."""
    planned = set(found.trainings["module"])
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
"""The tables of one enterprise's page: what is asked for, and how it is drawn."""


def table(request: PageRequest, code: str, name: str) -> tuple[pd.DataFrame, Table] | None:
    """A table of one enterprise's page; None where there is none for this viewer."""
    looks = request.view.viewer.may(Permission.BROWSE)
    if not looks or name not in TABLES or not data.may_open(request.view, code):
        return None
    ask, draw = TABLES[name]
    frame = ask(request.view, code)
    return frame, draw(frame, request.names.of, partial(materials.source, request))
