"""The growth of the programme: it starts in one city, trains a few hundred enterprises, then starts roll-outs."""

from collections.abc import Mapping
from datetime import date, timedelta

from data.demo.basics.chance import Chance
from data.demo.basics.programme_dates import PHASES

# Enterprises of one ordinary round, by weight. A workshop takes four or five; real rounds of five and six are known.
BATCH_SIZES = {4: 25.0, 5: 55.0, 6: 20.0}
ROLL_OUT_SIZES = (20, 60)
# Share of enterprises in ordinary rounds, and their maximum number. All further enterprises come in roll-outs.
BATCH_SHARE = 0.55
BATCH_ENTERPRISES_AT_MOST = 2_000
# A programme with at most this number of enterprises has no roll-outs.
NO_ROLL_OUT_UP_TO = 60

# Weights of the half-years in which rounds start. They follow the real programme: 53 enterprises by 2013, 80
# in late 2014, about a thousand later.
BATCH_STARTS = {
    (2009, 2): 1.0, (2010, 1): 1.0, (2010, 2): 1.5, (2011, 1): 2.0, (2011, 2): 2.0, (2012, 1): 2.5,
    (2012, 2): 2.5, (2013, 1): 2.5, (2013, 2): 3.0, (2014, 1): 6.0, (2014, 2): 8.0, (2015, 1): 9.0,
    (2015, 2): 10.0, (2016, 1): 12.0, (2016, 2): 13.0, (2017, 1): 11.0, (2017, 2): 3.0,
}  # fmt: skip
ROLL_OUT_STARTS = {(2015, 1): 1.0, (2015, 2): 2.0, (2016, 1): 3.0, (2016, 2): 3.0, (2017, 1): 1.5, (2017, 2): 0.25}


def starts_and_sizes(chance: Chance, enterprises: int) -> list[tuple[date, int]]:
    """Planned start and number of new enterprises of every round, in order of time. 0: the round is only announced."""
    in_batches = min(int(enterprises * BATCH_SHARE), BATCH_ENTERPRISES_AT_MOST)
    if enterprises <= NO_ROLL_OUT_UP_TO:
        in_batches = enterprises
    in_roll_outs = enterprises - in_batches
    rounds = []
    while in_batches > 0:
        size = min(chance.weighted(BATCH_SIZES), in_batches)
        rounds.append((draw_start(chance, BATCH_STARTS), size))
        in_batches -= size
    while in_roll_outs > 0:
        size = min(chance.whole(*ROLL_OUT_SIZES), in_roll_outs)
        rounds.append((draw_start(chance, ROLL_OUT_STARTS), size))
        in_roll_outs -= size
    announced = min(1 + enterprises // 400, 12)
    rounds += [(PHASES["phase-3"].starts_on + timedelta(chance.whole(0, 150)), 0) for _ in range(announced)]
    return sorted(rounds)


def draw_start(chance: Chance, half_years: Mapping[tuple[int, int], float]) -> date:
    """A day in one of these half-years: (year, 1 or 2) → weight."""
    year, half = chance.weighted(half_years)
    return date(year, 1 if half == 1 else 7, 1) + timedelta(chance.whole(0, 180))


def is_roll_out(size: int) -> bool:
    """True if a round of this number of enterprises is a roll-out and not an ordinary round."""
    return size > max(BATCH_SIZES)
