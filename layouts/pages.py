"""The pages: path, name and a list of exhibits. Data and texts arrive by callbacks, behind the sign-in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.exhibits import PICTURES, capacity, events, overview, pairs, regions
from layouts.lists import enterprise_table, follow_up_layout, story_cards
from layouts.look import Control, Materials, Size
from layouts.parts import exhibit_frame
from layouts.parts.markup import Markup
from layouts.words import Lazy, _, _l


@dataclass(frozen=True)
class Panel:
    """A part of a page that is no exhibit: cards or a list, drawn from the materials of several exhibits.

    ``style`` is its CSS class; None for a panel inside the frame of an exhibit.
    """

    id: str
    draw: Callable[[Materials], list[Component]]
    style: str | None = None

    def skeleton(self) -> Component:
        """The panel, empty."""
        if self.style is None:
            return Markup(self.id)
        return Markup(self.id, tag="section", **({"className": self.style} if self.style else {}))


@dataclass(frozen=True)
class Frame:
    """One picture of an exhibit on a page.

    ``has_control``: the page's control is in it. ``leads_to`` is (text, path) of the page that shows more.
    """

    picture: str
    size: Size = Size.PAGE
    table_open: bool = False
    has_control: bool = False
    after: Panel | None = None
    leads_to: tuple[Lazy, str] | None = None


@dataclass(frozen=True)
class Row:
    """Frames and panels side by side, or in ``columns`` where these are given."""

    style: str
    parts: tuple[Frame | Panel, ...] = ()
    columns: tuple[tuple[Frame | Panel, ...], ...] = ()


@dataclass(frozen=True)
class Page:
    """One page. ``name`` returns its title in the current language; ``rows`` are its contents.

    A page that is no list of exhibits has a ``skeleton`` instead of rows. ``needs`` is the permission to see it. A page
    that is not ``main`` is in the menu *The record*. ``below``: there are further pages under its path, with the same
    skeleton or with ``each``, which has its own heading.

    Raises TypeError for an unknown picture, and for a page with both or neither of rows and skeleton.
    """

    code: str
    path: str
    name: Callable[[], str]
    lead: Callable[[], str]
    rows: tuple[Row | Panel, ...] = ()
    control: Control | None = None
    skeleton: Callable[[], list[Component]] | None = None
    needs: str = "browse"
    main: bool = True
    below: bool = False
    each: Callable[[], list[Component]] | None = None

    def __post_init__(self) -> None:
        unknown = [frame.picture for frame in self.frames if frame.picture not in PICTURES]
        if unknown or bool(self.rows) == bool(self.skeleton):
            raise TypeError(f"{self.code}: unknown pictures {unknown}, or not exactly one of rows and skeleton")

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The frames on the page, in order."""
        return tuple(each for each in self._parts() if isinstance(each, Frame))

    @property
    def panels(self) -> tuple[Panel, ...]:
        """The panels on the page, also those inside frames."""
        inside = [frame.after for frame in self.frames if frame.after]
        return (*(each for each in self._parts() if isinstance(each, Panel)), *inside)

    def _parts(self) -> Iterator[Frame | Panel]:
        for row in self.rows:
            if isinstance(row, Panel):
                yield row
            else:
                yield from row.parts
                for column in row.columns:
                    yield from column

    def body(self) -> list[Component]:
        """The skeleton of the page."""
        if self.skeleton:
            return self.skeleton()
        return [row.skeleton() if isinstance(row, Panel) else self._row(row) for row in self.rows]

    def _row(self, row: Row) -> Component:
        columns = [html.Div(list(map(self._part, column)), className="column") for column in row.columns]
        return html.Div([*map(self._part, row.parts), *columns], className=row.style)

    def _part(self, part: Frame | Panel) -> Component:
        if isinstance(part, Panel):
            return part.skeleton()
        return exhibit_frame.frame(
            self.code,
            part.picture,
            before=self.control.component() if self.control and part.has_control else None,
            after=part.after.skeleton() if part.after else None,
            table_open=part.table_open,
        )


def _columns(*columns: tuple[Frame | Panel, ...]) -> Row:
    """A row of independent columns, so that a short exhibit leaves no hole next to a tall one."""
    return Row(style="exhibits two", columns=columns)


def _single(frame: Frame) -> Row:
    return Row(style="exhibits one", parts=(frame,))


PAGES: tuple[Page, ...] = (
    Page(
        "overview", "/", lambda: _("Overview"),
        lambda: _("Where the programme ran, how far enterprises got, and what changed."),
        rows=(
            Panel(ids.OVERVIEW_HEADLINES, overview.headlines, "headlines"),
            Row(
                style="exhibits three",
                parts=(
                    Frame("regions", Size.SMALL, leads_to=(_l("All regions"), "/regions")),
                    Frame("module-funnel", Size.SMALL, leads_to=(_l("Every step of every module"), "/modules")),
                    Frame("change", Size.SMALL, leads_to=(_l("Every indicator, before and after"), "/results")),
                ),
            ),
            _single(Frame("reconciliation", table_open=True, leads_to=(_l("All published figures"), "/published"))),
        ),
    ),
    Page(
        "regions", "/regions", lambda: _("Regions"),
        lambda: _("Where the enterprises are. Choose a province or a city to narrow everything to it."),
        control=regions.METRIC,
        rows=(Row(style="exhibits wide-left", parts=(Frame("regions", has_control=True), Frame("ranking"))),),
    ),
    Page(
        "modules", "/modules", lambda: _("Modules"),
        lambda: _("How far enterprises got: module by module, and through the programme."),
        rows=(
            _columns(
                (Frame("module-funnel"), Frame("breadth")),
                (Frame("states"), Frame("journey"), Frame("satisfaction")),
            ),
            _single(Frame("matrix")),
        ),
    ),
    Page(
        "results", "/results", lambda: _("Results"),
        lambda: _("What enterprises reported before and after. With no comparison group, no change proves a cause."),
        control=pairs.INDICATOR,
        rows=(
            _columns(
                (Frame("pairs", has_control=True), Frame("coverage")),
                (Frame("change", after=Panel(ids.RESULTS_BESIDE, pairs.other_results)), Frame("practices")),
            ),
        ),
    ),
    Page(
        "enterprises", "/enterprises", lambda: _("Enterprise list"),
        lambda: _("Who takes part, how far each enterprise got, and when it last reported."),
        skeleton=enterprise_table.skeleton, needs="see-names", below=True, each=enterprise_table.one,
    ),
    Page(
        "stories", "/stories", lambda: _("Stories"),
        lambda: _("What newsletters and trainers told of single enterprises."),
        skeleton=story_cards.skeleton, main=False, below=True,
    ),
    Page(
        "capacity", "/capacity", lambda: _("Trainers"),
        lambda: _("Who can train: from candidates to experts, and the providers that carry the training on."),
        rows=(
            Panel(ids.CAPACITY_HEADLINES, capacity.headlines, "headlines"),
            _single(Frame("capacity", table_open=True)),
            Panel(ids.CAPACITY_BESIDE, capacity.lists, "beside"),
        ),
        main=False,
    ),
    Page(
        "targets", "/targets", lambda: _("Targets"),
        lambda: _("What was to be reached by when, what was reached on the day, and what since."),
        rows=(_single(Frame("targets")), _single(Frame("framework", table_open=True))),
        main=False,
    ),
    Page(
        "calendar", "/calendar", lambda: _("Calendar"),
        lambda: _("What was planned, what was held, and what comes next."),
        rows=(
            _columns((Panel(ids.CALENDAR_NEXT, events.coming, ""),), (Frame("rounds"),)),
            _single(Frame("events", table_open=True)),
        ),
        main=False,
    ),
    Page(
        "published", "/published", lambda: _("Published figures"),
        lambda: _("Totals and survey shares as others printed them; the rows behind them are not on record."),
        rows=(_single(Frame("published", table_open=True)),),
        main=False,
    ),
    Page(
        "sources", "/sources", lambda: _("Sources"),
        lambda: _("The documents this record was taken from, and how many rows rest on each."),
        skeleton=lambda: [Markup(ids.SOURCES_LIST, tag="section", className="sources")], main=False, below=True,
    ),
    Page(
        "completeness", "/completeness", lambda: _("Completeness"),
        lambda: _("What is on record of each enterprise, and what is missing; every number leads to its list."),
        skeleton=follow_up_layout.skeleton, needs="see-data-quality", main=False, below=True,
        each=follow_up_layout.one,
    ),
)  # fmt: skip


def page_at(path: str | None) -> Page | None:
    """The page at a path; None where there is none."""
    path = (path or "/").rstrip("/") or "/"
    for page in PAGES:
        if path == page.path or (page.below and path.startswith(f"{page.path}/")):
            return page
    return None


def body(page: Page, path: str | None = None) -> list[Component]:
    """The contents of the page at a path, without data: a heading and the page's skeleton."""
    if page.each and path and path.rstrip("/") != page.path:
        return page.each()
    return [Markup(ids.page_title(page.code), className="page-heading"), *page.body()]
