"""The pages: path, name, and a skeleton of exhibits without data or words; both arrive by callbacks behind the gate."""

from collections.abc import Callable
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts import enterprise_table, follow_up_layout, ids, parts, story_cards
from layouts.markup import Markup
from layouts.words import _


@dataclass(frozen=True)
class Page:
    """One page; ``name`` gives its title in the language spoken.

    ``needs`` is the permission asked of its viewer; a page that is not ``main`` stands under *The record*; ``below``
    has pages of its own under its path, with the same skeleton or with ``each`` (which brings a heading of its own).
    """

    code: str
    path: str
    name: Callable[[], str]
    skeleton: Callable[[], list[Component]]
    lead: Callable[[], str]
    needs: str = "browse"
    main: bool = True
    below: bool = False
    each: Callable[[], list[Component]] | None = None


def _overview() -> list[Component]:
    return [
        Markup(ids.OVERVIEW_HEADLINES, tag="section", className="headlines"),
        html.Div(
            [
                parts.frame("overview", "regions"),
                parts.frame("overview", "module-funnel"),
                parts.frame("overview", "change"),
            ],
            className="exhibits three",
        ),
    ]


def _regions() -> list[Component]:
    return [
        html.Div(
            [parts.frame("regions", "regions", before=parts.metric_chooser()), parts.frame("regions", "ranking")],
            className="exhibits wide-left",
        )
    ]


def _columns(*columns: list[Component]) -> html.Div:
    """Columns that fill up each on its own, so that a short exhibit leaves no hole beside a tall one."""
    return html.Div([html.Div(column, className="column") for column in columns], className="exhibits two")


def _modules() -> list[Component]:
    return [
        _columns(
            [parts.frame("modules", "module-funnel"), parts.frame("modules", "breadth")],
            [parts.frame("modules", "states"), parts.frame("modules", "journey-funnel")],
        ),
        html.Div([parts.frame("modules", "matrix")], className="exhibits one"),
    ]


def _results() -> list[Component]:
    return [
        _columns(
            [
                parts.frame("results", "pairs", before=parts.indicator_chooser()),
                parts.frame("results", "coverage"),
            ],
            [
                parts.frame("results", "change", after=Markup(ids.RESULTS_BESIDE)),
                parts.frame("results", "practices"),
            ],
        )
    ]


def _capacity() -> list[Component]:
    return [
        Markup(ids.CAPACITY_HEADLINES, tag="section", className="headlines"),
        html.Div([parts.frame("capacity", "capacity", table_open=True)], className="exhibits one"),
        Markup(ids.CAPACITY_BESIDE, tag="section", className="beside"),
    ]


def _targets() -> list[Component]:
    return [html.Div([parts.frame("targets", "targets")], className="exhibits one")]


def _calendar() -> list[Component]:
    return [
        _columns([Markup(ids.CALENDAR_NEXT, tag="section")], [parts.frame("calendar", "rounds")]),
        html.Div([parts.frame("calendar", "events", table_open=True)], className="exhibits one"),
    ]


def _published() -> list[Component]:
    return [html.Div([parts.frame("published", "published", table_open=True)], className="exhibits one")]


def _sources() -> list[Component]:
    return [Markup(ids.SOURCES_LIST, tag="section", className="sources")]


PAGES: tuple[Page, ...] = (
    Page("overview", "/", lambda: _("Overview"), _overview,
         lambda: _("Where the programme ran, how far enterprises got, and what changed.")),
    Page("regions", "/regions", lambda: _("Regions"), _regions,
         lambda: _("Where the enterprises are. Choose a province or a city to narrow everything to it.")),
    Page("modules", "/modules", lambda: _("Modules"), _modules,
         lambda: _("How far enterprises got: module by module, and through the programme.")),
    Page("results", "/results", lambda: _("Results"), _results,
         lambda: _("What enterprises reported before and after. With no comparison group, no change proves a cause.")),
    Page("enterprises", "/enterprises", lambda: _("Enterprise list"), enterprise_table.skeleton,
         lambda: _("Who takes part, how far each enterprise got, and when it last reported."),
         needs="see-names", below=True, each=enterprise_table.one),
    Page("stories", "/stories", lambda: _("Stories"), story_cards.skeleton,
         lambda: _("What changed in single enterprises, as their newsletters and trainers told it."),
         main=False, below=True),
    Page("capacity", "/capacity", lambda: _("Trainers"), _capacity,
         lambda: _("Who can train: from candidates to experts, and the providers that carry the training on."),
         main=False),
    Page("targets", "/targets", lambda: _("Targets"), _targets,
         lambda: _("What was to be reached by when, and what was published of it since."),
         main=False),
    Page("calendar", "/calendar", lambda: _("Calendar"), _calendar,
         lambda: _("What was planned, what was held, and what comes next."),
         main=False),
    Page("published", "/published", lambda: _("Published figures"), _published,
         lambda: _("Totals and survey shares as others printed them; the rows behind them are not on record."),
         main=False),
    Page("sources", "/sources", lambda: _("Sources"), _sources,
         lambda: _("The documents this record was taken from, and how many rows rest on each."),
         main=False, below=True),
    Page("completeness", "/completeness", lambda: _("Completeness"), follow_up_layout.skeleton,
         lambda: _("What is on record of each enterprise, and what is missing; every number leads to its list."),
         needs="see-data-quality", main=False, below=True, each=follow_up_layout.one),
)  # fmt: skip


def page_at(path: str | None) -> Page | None:
    """The page at an address path; None where there is none."""
    wanted = (path or "/").rstrip("/") or "/"
    for page in PAGES:
        if wanted == page.path or (page.below and wanted.startswith(f"{page.path}/")):
            return page
    return None


def body(page: Page, path: str | None = None) -> list[Component]:
    """The page slot's children at a path: a heading to be filled, and the page's skeleton."""
    if page.each and path and path.rstrip("/") != page.path:
        return page.each()
    return [Markup(ids.page_title(page.code), className="page-heading"), *page.skeleton()]
