"""Linear programs over everything one link shows: how many small cells they determine.

`make fuzz` attacks all programmes; this test attacks one, and shows that the attack breaks a weaker rule.
"""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from attack.programmes import Programme, invented
from attack.shown import Bounds, everything_shown, reader_of, selections, shown_bounds
from attack.solver import SMALL, Attack, Range
from attack.truth import FUNNEL, Cell, Truth, size

log = logging.getLogger(__name__)

MOST_DETERMINED = 0.02
"""Maximum share of cells with a true count below 5 that may be known exactly."""

LEAST_REMAINING = 0.6
"""Minimum average share of uncertainty that must remain, against knowing only the members (counted to 4)."""

Say = Callable[[str], None]


def attacked(programme: Programme, folder: Path, most: int) -> list[Range]:
    """The cells with a true count below 5, after `most` linear programs."""
    shown = shown_bounds(everything_shown(programme, reader_of(programme.write(folder))))
    # All modules at once are too many unknowns for a large programme.
    parts = [None] if len(programme.enterprises) < 100 else programme.modules
    found: list[Range] = []
    for part in parts:
        attack = Attack(programme, shown, part)
        assert attack.missed < 1e-9, f"{programme.name}: what is shown is not true of the programme"
        attack.run(most)
        found += attack.ranges
    log.info("%s", figures_of(programme.name, found))
    return found


def figures_of(name: str, ranges: list[Range]) -> str:
    """The result of an attack in one line."""
    few, none = ([each for each in ranges if bool(each.truth) == some] for some in (True, False))
    determined = [sum(each.determined for each in some) for some in (few, none)]
    tiny = sum(each.determined and each.members < SMALL for each in ranges)
    return (
        f"{name}: {determined[0]} of {len(few)} cells of 1 to 4 and {determined[1]} of {len(none)} of none determined "
        f"({sum(determined) / len(ranges):.1%}; {tiny} of them in rows of fewer than 5 known enterprises), "
        f"of which {sum(each.determined and not each.solved for each in ranges)} not solved to the end; "
        f"mean range left {np.mean([min(each.high - each.low, 4) / 4 for each in ranges]):.2f} of 4, "
        f"{np.mean([each.remaining for each in ranges]):.2f} of what knowing the members leaves"
    )


def assert_holds(ranges: list[Range]) -> None:
    """Undecided cells count as determined; a range is at least the values of its solutions."""
    assert len(ranges) > 500
    assert np.mean([each.determined for each in ranges]) <= MOST_DETERMINED
    assert np.mean([each.remaining for each in ranges]) >= LEAST_REMAINING


@pytest.mark.slow
def test_solver_determines_hardly_any_small_cell_from_one_link(tmp_path, figures):
    ranges = attacked(invented(2, 46, modules=2), tmp_path, 60)
    figures(figures_of("46 enterprises", ranges))
    assert_holds(ranges)


@pytest.mark.slow
@pytest.mark.fuzz
def test_solver_determines_hardly_any_small_cell_in_any_programme(tmp_path, figures):
    programmes = [
        *(invented(seed, many, twice=0.25 if seed == 5 else 0) for many in (46, 60) for seed in range(1, 6)),
        invented(1, 200),
    ]
    found = []
    for programme in programmes:
        folder = tmp_path / programme.name
        folder.mkdir()
        found.append(attacked(programme, folder, 60))
        figures(figures_of(programme.name, found[-1]))
    pooled = [each for ranges in found for each in ranges]
    figures(figures_of("pooled", pooled))
    assert_holds(pooled)


def hidden(programme: Programme) -> list[Bounds]:
    """The module funnels under the old rule: true numbers, and "under 5" for 1 to 4."""
    truth, found = Truth(programme), []
    for selection in selections(programme):
        if selection.module is None:
            for cell in (Cell("module-funnel", (code,), column) for code in programme.modules for column in FUNNEL):
                true = size(truth.counted(selection, cell) or 0)
                low, high = (1, SMALL - 1) if 0 < true < SMALL else (true, true)
                found.append(Bounds(selection, cell, true, low, high))
    return found


def test_attack_breaks_the_weaker_rule_that_only_hides_small_numbers(figures):
    programme = invented(1, 46, modules=2)
    attack = Attack(programme, hidden(programme), "m1")
    assert attack.missed < 1e-9
    attack.run(120)
    withheld = [each for each in attack.ranges if each.truth]
    broken = [each for each in withheld if each.determined and each.solved]
    figures(f"hidden instead of rounded: {len(broken)} of {len(withheld)} cells of 1 to 4 determined")
    assert len(broken) > 0.2 * len(withheld)


def test_attack_detects_a_shown_number_that_is_wrong(tmp_path):
    programme = invented(1, 46, modules=2)
    first, *others = shown_bounds(everything_shown(programme, reader_of(programme.write(tmp_path))))
    wrong = next(each for each in others if each.cell == Cell("module-funnel", ("m1",), "planned"))
    moved = Bounds(wrong.selection, wrong.cell, wrong.value + 10, wrong.low + 10, wrong.high + 10)
    assert Attack(programme, [first, *others, moved]).missed > 0
