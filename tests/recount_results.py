"""Results before and after, recounted: what is seen of them, pairs, changes, and what a title says over all of them.

See `recount.py`.
"""

import math
from datetime import date
from fractions import Fraction
from math import comb
from statistics import NormalDist, median

from recount_slice import (
    Asked,
    Day,
    Fact,
    Filters,
    Row,
    Tables,
    asked,
    earliest,
    find,
    first_day,
    known,
    last_day,
    latest,
    precision_of,
    share,
    unknown_first,
    unknown_last,
)

MONEY = ("cny", "usd")
WITHOUT_RELATIVE = ("yes-no", "percent-change", "net-count")
FEWEST_FOR_INTERVAL, FEWEST_FOR_VERDICT = 6, 10
SIGNIFICANT = 0.05


def operator_of(row: Row) -> str:
    return known(row, "operator") or "="


def before_from(of: Asked, row: Row) -> date | None:
    """The day from which a before is seen; without a date from its source, at the latest with its dated after."""
    published_on = of.source_day(row)
    if known(row, "before_on") is not None:
        return last_day(row, "before_on")
    return None if published_on is None else earliest(published_on, last_day(row, "after_on"))


def after_from(of: Asked, row: Row) -> date | None:
    """The day from which an after (or a change) is seen; without a date from its source, not ahead of its before."""
    if known(row, "after_on") is not None:
        return last_day(row, "after_on")
    return latest(of.source_day(row), last_day(row, "before_on"))


def before_seen(of: Asked, row: Row) -> float | None:
    return known(row, "before") if of.seen(before_from(of, row)) else None


def after_is_seen(of: Asked, row: Row) -> bool:
    return of.seen(after_from(of, row))


def after_seen(of: Asked, row: Row) -> float | None:
    return known(row, "after") if after_is_seen(of, row) else None


def change_seen(of: Asked, row: Row) -> float | None:
    return known(row, "change_percent") if after_is_seen(of, row) else None


def facts_of(of: Asked, row: Row) -> list[Fact]:
    """The facts of a result that are seen: its before, and its after (or change)."""
    facts = []
    if before_seen(of, row) is not None:
        own = known(row, "before_on"), precision_of(row, "before_on")
        facts.append(Fact(before_from(of, row), *own))
    if after_seen(of, row) is not None or change_seen(of, row) is not None:
        own = known(row, "after_on"), precision_of(row, "after_on")
        facts.append(Fact(after_from(of, row), *own))
    return facts


def results(of: Asked) -> list[Row]:
    """The result rows of the slice of which something is seen, each with the day of its enrolment's recruitment."""
    found = []
    for row in of.tables.get("result", []):
        enrolment = of.enrolment_of(row)
        if enrolment is None and (known(row, "round") is not None or row["enterprise"] not in of.enterprises):
            continue
        if not of.passes("module", [known(row, "module")]) or not facts_of(of, row):
            continue
        found.append(row | {"recruited_on_last": None if enrolment is None else last_day(enrolment, "recruited_on")})
    return found


def reporters(of: Asked) -> set[str]:
    return {row["enterprise"] for row in results(of)}


def row_order(of: Asked, row: Row) -> tuple[str, int]:
    """The sorting key of a row by round and module: rounds by code, modules by position, blank first."""
    module = known(row, "module")
    return known(row, "round") or "", -1 if module is None else find(of.tables["module"], module)["position"]


def by_the_month(of: Asked, indicator: str) -> bool:
    """True for money of which any row on record says for how many months it speaks."""
    return find(of.tables["indicator"], indicator)["unit"] in MONEY and any(
        row["indicator"] == indicator and known(row, "months") is not None for row in of.tables["result"]
    )


def comparable(of: Asked, row: Row) -> bool:
    """False for money that cannot be brought to a month although others are."""
    return not by_the_month(of, row["indicator"]) or (known(row, "months") or 0) > 0


def level(of: Asked, row: Row, side: str) -> Fraction:
    """A before or after as a pair compares it: as a decimal, money by the month where it is brought to one."""
    value = Fraction(str(row[side]))
    return value / Fraction(str(row["months"])) if by_the_month(of, row["indicator"]) else value


def turned_round(first: Row, last: Row) -> bool:
    """True if the last day that the after can mean lies before the first day that the before can mean."""
    begins, ends = first_day(first, "before_on"), last_day(last, "after_on")
    return begins is not None and ends is not None and ends < begins


def pairs_of(of: Asked) -> dict[tuple[str, str], tuple[Row, Row]]:
    """Per enterprise and indicator, the row of the first before and the row of the last after."""
    exact = [row for row in results(of) if operator_of(row) == "=" and comparable(of, row)]
    found = {}
    for enterprise, indicator in {(row["enterprise"], row["indicator"]) for row in exact}:
        rows = [row for row in exact if (row["enterprise"], row["indicator"]) == (enterprise, indicator)]
        befores = [row for row in rows if before_seen(of, row) is not None]
        afters = [row for row in rows if after_seen(of, row) is not None]
        if not befores or not afters:
            continue
        first = min(
            befores,
            key=lambda row: (
                unknown_last(last_day(row, "before_on")),
                unknown_last(row["recruited_on_last"]),
                *row_order(of, row),
            ),
        )
        last = max(
            afters,
            key=lambda row: (
                unknown_first(last_day(row, "after_on")),
                unknown_first(row["recruited_on_last"]),
                *row_order(of, row),
            ),
        )
        if not turned_round(first, last):
            found[enterprise, indicator] = (first, last)
    return found


def paired_enterprises(of: Asked) -> set[str]:
    return {enterprise for enterprise, _ in pairs_of(of)}


def other_facts(of: Asked) -> list[Row]:
    """Bounds, changes without levels, money that cannot be brought to a month, and rows of an enterprise without a
    pair in their indicator.
    """
    made = pairs_of(of)
    return [
        row
        for row in results(of)
        if operator_of(row) != "="
        or change_seen(of, row) is not None
        or not comparable(of, row)
        or (row["enterprise"], row["indicator"]) not in made
    ]


def verdict(better: str, change: Fraction | float) -> str:
    if better == "context":
        return "context"
    if change == 0:
        return "same"
    return "better" if (change > 0) == (better == "up") else "worse"


def pairs(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    return pair_rows(asked(tables, filters, as_of))


def pair_rows(of: Asked) -> list[Row]:
    rows = []
    for (enterprise, indicator), (first, last) in pairs_of(of).items():
        about = find(of.tables["indicator"], indicator)
        before, after = level(of, first, "before"), level(of, last, "after")
        relative = None if before == 0 or about["unit"] in WITHOUT_RELATIVE else float((after - before) / abs(before))
        rows.append(
            {
                "enterprise": enterprise,
                "indicator": indicator,
                "before": float(before),
                "after": float(after),
                "change": float(after - before),
                "relative_change": relative,
                "verdict": verdict(about["better"], after - before),
                "round": known(last, "round"),
                "module": known(last, "module"),
                "source": known(last, "source"),
            }
        )
    return rows


def months_between(first: Row, last: Row) -> int | None:
    """The calendar months from a before to an after; None where one has no date, or only a latest one."""
    begins, ends = last_day(first, "before_on"), last_day(last, "after_on")
    if begins is None or ends is None or "by" in (precision_of(first, "before_on"), precision_of(last, "after_on")):
        return None
    return 12 * (ends.year - begins.year) + ends.month - begins.month


def interval_rank(count: int) -> int | None:
    """The greatest rank k for which the k-th smallest and k-th greatest hold the median with at least 95 %.

    They miss it where fewer than k of `count` values fall on one side: probability twice P(binomial(n, ½) < k).
    """
    best = None
    for rank in range(1, count // 2 + 1):
        missed = 2 * sum((Fraction(comb(count, below_), 2**count) for below_ in range(rank)), Fraction(0))
        if 1 - missed >= Fraction(95, 100):
            best = rank
    return best


def median_interval(values: list[float]) -> tuple[float | None, float | None]:
    rank = interval_rank(len(values))
    if rank is None:
        return None, None
    ordered = sorted(values)
    return ordered[rank - 1], ordered[-rank]


def wilson(successes: int, count: int) -> tuple[float | None, float | None]:
    if not count:
        return None, None
    z = NormalDist().inv_cdf(0.975)
    part = successes / count
    middle = (part + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(part * (1 - part) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def change(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    every_pair, made = pair_rows(of), pairs_of(of)
    others = [row["indicator"] for row in other_facts(of)]
    rows = []
    for indicator in {row["indicator"] for row in results(of)}:
        about = find(tables["indicator"], indicator)
        its_pairs = [row for row in every_pair if row["indicator"] == indicator]
        changes = [row["change"] for row in its_pairs]
        relative = [row["relative_change"] for row in its_pairs if row["relative_change"] is not None]
        verdicts = [row["verdict"] for row in its_pairs]
        between = [months_between(*made[row["enterprise"], indicator]) for row in its_pairs]
        months = [count for count in between if count is not None]
        yes_no = about["unit"] == "yes-no"
        judged = about["better"] != "context"
        low, high = (None, None) if yes_no else median_interval(changes)
        better_low, better_high = (
            wilson(verdicts.count("better"), len(verdicts))
            if judged and len(verdicts) >= FEWEST_FOR_INTERVAL
            else (None, None)
        )

        def middle(values: list[float], *, yes_no: bool = yes_no) -> float | None:
            return None if yes_no or not values else median(values)

        rows.append(
            {
                "indicator": indicator,
                "unit": about["unit"],
                "better": about["better"],
                "pairs": len(its_pairs),
                "median_before": middle([row["before"] for row in its_pairs]),
                "median_after": middle([row["after"] for row in its_pairs]),
                "median_change": middle(changes),
                "change_low": low,
                "change_high": high,
                "median_relative_change": middle(relative),
                "better_count": verdicts.count("better") if judged else None,
                "same_count": verdicts.count("same") if judged else None,
                "worse_count": verdicts.count("worse") if judged else None,
                "better_share": share(verdicts.count("better"), len(verdicts)) if judged else None,
                "better_low": better_low,
                "better_high": better_high,
                "had_before": sum(row["before"] == 1 for row in its_pairs) if yes_no else None,
                "had_after": sum(row["after"] == 1 for row in its_pairs) if yes_no else None,
                "gained": sum(row["change"] == 1 for row in its_pairs) if yes_no else None,
                "lost": sum(row["change"] == -1 for row in its_pairs) if yes_no else None,
                "months_between": median(months) if months else None,
                "months_between_n": len(months),
                "other_facts": others.count(indicator),
            }
        )
    return rows


def score_test(count: int, pairs_: int) -> float:
    """The two-sided p of a share of pairs against one half; 1 for a share that is not above one half."""
    if not pairs_ or count / pairs_ <= 0.5:
        return 1.0
    z = (count / pairs_ - 0.5) / math.sqrt(0.25 / pairs_)
    return 2 * (1 - NormalDist().cdf(z))


def holm(p_values: dict[str, float]) -> set[str]:
    """The names that count: in the order of p, while p is at most 0.05 ÷ (those not yet counted)."""
    found: set[str] = set()
    for at, (name, p) in enumerate(sorted(p_values.items(), key=lambda each: (each[1], each[0]))):
        if p > SIGNIFICANT / (len(p_values) - at):
            break
        found.add(name)
    return found


def over_all_indicators(of: Asked) -> dict[str, set[str]]:
    """What the title over all indicators says: the indicators tested (with 10 or more pairs and a direction), those
    in which more than half of the enterprises improved, those in which more than half got worse, and those left out.
    """
    rows = {row["indicator"]: row for row in change(of.tables, of.filters, of.as_of)}
    tested = {
        code: row for code, row in rows.items() if row["pairs"] >= FEWEST_FOR_VERDICT and row["better"] != "context"
    }
    counted = holm(
        {code: score_test(max(row["better_count"], row["worse_count"]), row["pairs"]) for code, row in tested.items()}
    )
    improved = {code for code in counted if rows[code]["better_count"] > rows[code]["worse_count"]}
    return {
        "tested": set(tested),
        "improved": improved,
        "worse": counted - improved,
        "left_out": set(rows) - set(tested),
    }


def practices_moved(of: Asked) -> tuple[set[str], set[str]]:
    """The practices with a direction and a pair in which more enterprises moved in the good direction than in the
    other, and all such practices.
    """
    rows = change(of.tables, of.filters, of.as_of)
    judged = [row for row in rows if row["unit"] == "yes-no" and row["better"] != "context" and row["pairs"]]
    moved = {row["indicator"] for row in judged if row["better_count"] > row["worse_count"]}
    return moved, {row["indicator"] for row in judged}
