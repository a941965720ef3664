"""Enterprise by module: one row per enterprise, or the most common patterns of states where there are too many."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from data.vocabulary import STATES
from layouts import theme
from layouts.figures.chart import Cell, Grid, plain
from layouts.look import ColumnLook, Drawing, Look, Material, Picture
from layouts.parts.cell_writers import enterprise, name
from layouts.texts.code_words import STATE_SIGNS, coded, short, state_name
from layouts.theme import Figure
from layouts.words import _, _l, listed, named_at_most, ngettext, number, sentences, wrapped

MOST_ENTERPRISES = 40
MOST_PATTERNS = 15
MOST_LINES = 10
"""Maximum number of lines without headings on a slide."""

MOST_COMBINATIONS = 5
"""Maximum number of combinations of completed modules in the caption."""

_PALE = ("in-progress", "overdue", "not-yet-due")


def draw(material: Material) -> Drawing:
    """Squares for the states, one row per enterprise.

    Where there are too many enterprises, or single ones may not be shown: the most common patterns of states with
    their counts.
    """
    frame = material.table
    planned = set(frame["module"])
    modules = [code for code in material.codes("module") if code in planned]
    most = MOST_LINES if material.on_slide else MOST_PATTERNS
    most_enterprises = 0 if not material.rows else MOST_LINES if material.on_slide else MOST_ENTERPRISES
    as_patterns = frame["enterprise"].nunique() > most_enterprises
    rows = _patterns_labelled(frame, modules, most) if as_patterns else _enterprises(frame, modules, material)
    grid = _grid(rows, modules, material)
    shown = frame if material.rows else frame.iloc[:0]
    return Drawing(
        title=_title(frame, modules, material),
        figure=_figure(grid, [_combination((code,), material) for code in modules]),
        caption=sentences(
            _shares(frame, modules, material),
            _caption(len(patterns(frame, modules)), most, rows=material.rows) if as_patterns else "",
        ),
        chart=grid,
        ns=((_("Enterprises with a module planned"), number(frame["enterprise"].nunique())),),
        table=shown if material.on_slide else None,
        columns=() if material.on_slide and not material.rows else None,
    )


def patterns(frame: pd.DataFrame, modules: list[str]) -> pd.DataFrame:
    """Enterprises per combination of states: one column per module, and ``enterprises``; the most common first."""
    sizes = _wide(frame, modules).fillna("").groupby(modules, sort=False).size()
    counts = sizes.rename("enterprises").reset_index()
    return counts.sort_values(["enterprises", *modules], ascending=[False, *[True] * len(modules)], ignore_index=True)


def _wide(frame: pd.DataFrame, modules: list[str]) -> pd.DataFrame:
    states = frame.set_index(["enterprise", "module"])["state"]
    return states.unstack("module").reindex(columns=modules)  # noqa: PD010 - states are texts, nothing is aggregated


def _enterprises(frame: pd.DataFrame, modules: list[str], material: Material) -> pd.DataFrame:
    rows = _wide(frame, modules).fillna("").reset_index(names="label")
    rows["label"] = [material.name("enterprise", code) for code in rows["label"]]
    return rows


def _patterns_labelled(frame: pd.DataFrame, modules: list[str], most: int) -> pd.DataFrame:
    rows = patterns(frame, modules).head(most)
    rows["label"] = [ngettext("{n} enterprise", "{n} enterprises", int(n)) for n in rows["enterprises"]]
    return rows


def _grid(rows: pd.DataFrame, modules: list[str], material: Material) -> Grid:
    cell_by_state = {state: Cell(STATE_SIGNS[state], theme.STATES[state], dark=state not in _PALE) for state in STATES}
    cells = {
        (y, x): cell_by_state[value]
        for y, row in enumerate(rows[modules].to_numpy())
        for x, value in enumerate(row)
        if value in cell_by_state
    }
    key = tuple(
        Cell(f"{STATE_SIGNS[state]} {state_name(state)}", cell.colour, cell.dark)
        for state, cell in cell_by_state.items()
    )
    names = tuple(plain(wrapped(_combination((code,), material), 16, 4)) for code in modules)
    return Grid(names, tuple(rows["label"]), cells, key)


def _figure(grid: Grid, modules: list[str]) -> Figure:
    traces: list[dict[str, Any]] = []
    for each, sign in zip(grid.key, STATE_SIGNS.values(), strict=True):
        positions = sorted(position for position, cell in grid.cells.items() if cell.text == sign)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": each.text,
                "x": [x for _y, x in positions] or [None],
                "y": [y for y, _x in positions] or [None],
                "text": [sign] * max(len(positions), 1),
                "textfont": {"color": theme.PAPER if each.dark else theme.INK, "size": 13},
                "marker": {"symbol": "square", "size": 21, "color": each.colour},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
    return {
        "data": traces,
        "layout": theme.layout(
            27 * len(grid.rows) + 148,
            showlegend=True,
            legend=theme.legend(xref="container", yref="container", yanchor="top"),
            xaxis=theme.axis(
                side="top",
                range=[-0.5, len(modules) - 0.5],
                tickvals=list(range(len(modules))),
                ticktext=[wrapped(module, 16, 4) for module in modules],
                tickangle=0,
                showgrid=False,
            ),
            yaxis=theme.axis(
                range=[len(grid.rows) - 0.5, -0.5],
                tickvals=list(range(len(grid.rows))),
                ticktext=list(grid.rows),
                gridcolor=theme.LINE,
            ),
            margin={"l": 8, "r": 8, "t": 122, "b": 8, "pad": 4},
        ),
    }


def _completed(frame: pd.DataFrame, modules: list[str]) -> list[tuple[tuple[str, ...], int]]:
    """The combinations of completed modules with their numbers of enterprises: most first, then fewest modules."""
    done = _wide(frame, modules) == "completed"
    sets = [tuple(code for code, has in zip(modules, row, strict=True) if has) for row in done.to_numpy()]
    return sorted(Counter(sets).items(), key=lambda each: (-each[1], len(each[0])))


def _title(frame: pd.DataFrame, modules: list[str], material: Material) -> str:
    """The most common combination of completed modules; first those without any where these are most."""
    combinations = _completed(frame, modules)
    everyone = sum(n for _codes, n in combinations)
    nothing = dict(combinations).get((), 0)
    some = [(codes, n) for codes, n in combinations if codes]
    if not some:
        return ngettext(
            "No completion on record for {n} enterprise", "No completion on record for any of {n} enterprises", everyone
        )
    most = some[0][1]
    names = [_combination(codes, material) for codes, n in some if n == most]
    if most == everyone:
        return ngettext(
            "{n} enterprise completed {modules} and nothing else",
            "All {n} enterprises completed {modules} and nothing else",
            everyone,
            modules=names[0],
        )
    only = _only(names, most, everyone)
    if nothing <= most:
        return only
    return _(
        "{n} of {all} enterprises have no completion on record; {only}",
        n=number(nothing),
        all=number(everyone),
        only=_only(names, most),
    )


def _only(names: list[str], most: int, everyone: int = 0) -> str:
    """The number of enterprises that completed one combination, or each of several; `everyone` where it is said."""
    words = {"n": number(most), "all": number(everyone), "modules": named_at_most(names)}
    if len(names) > 1:
        if not everyone:
            return _("{n} each completed only {modules}", **words)
        return _("Of {all} enterprises, {n} each completed only {modules}", **words)
    if not everyone:
        return _("{n} completed {modules} and nothing else", **words)
    return _("{n} of {all} enterprises completed {modules} and nothing else", **words)


def _combination(codes: Sequence[str], material: Material) -> str:
    """A combination of modules: one with its name, several by their codes."""
    if len(codes) == 1:
        return coded(codes[0], material.name("module", codes[0]))
    return " + ".join(short(code, material.name("module", code)) for code in codes)


def _shares(frame: pd.DataFrame, modules: list[str], material: Material) -> str:
    """The most common combinations of completed modules with their numbers."""
    combinations = _completed(frame, modules)
    nothing = _("nothing")
    parts = [
        f"{' + '.join(short(code, material.name('module', code)) for code in codes) or nothing} {number(n)}"
        for codes, n in combinations[:MOST_COMBINATIONS]
    ]
    left = sum(n for _codes, n in combinations[MOST_COMBINATIONS:])
    if left:
        parts.append(_("others {n}", n=number(left)))
    return _("Completed: {parts}.", parts=listed(parts))


def _caption(pattern_count: int, most: int, *, rows: bool) -> str:
    if not rows:
        common = _("The {n} most common combinations of states.", n=most)
        return common if pattern_count > most else _("Every combination of states.")
    if pattern_count > most:
        return _("The {n} most common combinations of states; the table names each enterprise.", n=most)
    return _("Every combination of states; the table names each enterprise.")


def missing(material: Material) -> str:
    """The message where the viewer may not see single enterprises, or no training is planned."""
    if not material.coverage.enterprises:
        return _("No enterprise is enrolled in this selection.")
    if material.threshold:
        return _("It would have a row for each enterprise: this link shows counts of enterprises, and no single ones.")
    if len(material.table):
        return ""
    return _("No training is planned for the {n} enterprises of this selection.", n=material.coverage.enterprises)


LOOK = Look(
    code="matrix",
    name=_l("Enterprise by module"),
    definition=_l(
        "One row per enterprise and planned module, in exactly one state: completed, if any of its trainings of "
        "the module is; otherwise the state of the latest one, by when the enterprise was recruited, then by when "
        "the training was due."
    ),
    section="Trainings",
    columns=(
        ColumnLook(
            "enterprise", _l("code of the enterprise; a number of its own where it is not named"), _l("Enterprise"),
            enterprise, obvious=True,
        ),
        ColumnLook("module", _l("code of the module"), _l("Module"), name("module"), obvious=True),
        ColumnLook(
            "state", _l("state, as a code"), _l("State"), lambda row, _m: state_name(row["state"]), obvious=True
        ),
        ColumnLook("round", _l("the round of the training that gives the state"), _l("Round"), name("round")),
    ),
    pictures=(Picture("matrix", draw, _l("Enterprise by module")),),
    missing=missing,
)  # fmt: skip
