"""Workshops of a round: due dates and actual dates. Most are late, and some are never held."""

import math
from datetime import date, timedelta

from data.demo.basics.chance import Chance
from data.demo.basics.demo_parts import Round, Workshop
from data.demo.basics.programme_dates import AS_OF
from data.demo.setting.growth import is_roll_out

# Enterprises in one workshop of a roll-out, and days until the workshop of the next group.
GROUP_SIZE, GROUP_DAYS = 5, 12
# Days from the due date of a workshop to the workshop, by weight. Delays of weeks are more common than of months.
DELAYS = {(-5, 5): 25.0, (6, 45): 50.0, (46, 120): 20.0, (121, 240): 5.0}
NEVER_HELD = 0.03  # share of further modules that are planned but never held


def draw_groups(chance: Chance, round_: Round) -> list[tuple[Workshop, ...]]:
    """The workshops of each group of enterprises in the round. An ordinary round is one group."""
    group_count = math.ceil(round_.size / GROUP_SIZE) if is_roll_out(round_.size) else 1
    return [
        _draw_workshops(chance, round_.route, round_.start + timedelta(GROUP_DAYS * group))
        for group in range(group_count)
    ]


def _draw_workshops(chance: Chance, route: tuple[str, ...], start: date) -> tuple[Workshop, ...]:
    """The workshops of one group: Module 1 first, and at least 40 days between workshops that are held."""
    workshops: list[Workshop] = []
    due_on = start + timedelta(chance.whole(0, 20))
    earliest = date.min
    for module in route:
        held_on = max(due_on + timedelta(chance.whole(*chance.weighted(DELAYS))), earliest)
        never = module != "m1" and chance.happens(NEVER_HELD)
        waits = bool(workshops) and workshops[0].held_on is None
        if never or waits or held_on > AS_OF:
            workshops.append(Workshop(module, due_on, None))
        else:
            workshops.append(Workshop(module, due_on, held_on))
            earliest = held_on + timedelta(40)
        due_on += timedelta(chance.whole(90, 210))
    return tuple(workshops)
