"""KPIs before and after a module. Few enterprises report them, and in different forms."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.demo.basics.chance import Chance
from data.demo.basics.demo_parts import Enrolment, Step
from data.demo.basics.demo_writing import Writing
from data.demo.basics.folder import Cell
from data.demo.basics.form_gaps import VERIFIED, source_of
from data.demo.basics.programme_dates import AS_OF
from data.demo.rounds.demo_trainings import values_taken_on
from data.demo.setting.demo_indicators import INDICATORS

REPORTS_KPI, REPORTS_KPI_BUYER = 0.42, 0.55
KPI_COUNTS = {1: 35.0, 2: 30.0, 3: 22.0, 4: 13.0}
BETTER, SAME = 0.74, 0.1  # the rest is worse
# Forms of reporting a KPI, by weight.
REPORTED_AS = {"pair": 76.0, "before": 8.0, "after": 3.0, "change": 7.0, "bound": 4.0, "about": 2.0}
NO_LEVEL_YET = 0.5  # share of KPIs without a row if there is no value after yet


@dataclass(frozen=True)
class Kpi:
    """The parameters of one KPI: log-normal levels, and the size of an improvement.

    ``effect`` is relative (0.2 = 20 %), or in the indicator's own unit if ``points`` is true. The medians over all
    results, including worse and unchanged ones, are about a quarter smaller.
    """

    weight: float
    module: str
    middle: float
    spread: float
    effect: float
    highest: float
    digits: int = 0
    points: bool = False
    zeros: float = 0.0  # share of enterprises that start at zero
    after_only: bool = False
    months: tuple[int, ...] = ()


# Effects follow published figures: defects −11 %, energy per unit −13 %, on-time delivery +4 points, savings of
# about USD 18,670. The other effects are of similar size.
KPIS = {
    "defect-rate": Kpi(16, "m2", 3.2, 0.7, 0.2, 40, digits=2),
    "on-time-delivery": Kpi(12, "m1", 91, 0.06, 5.0, 100, digits=2, points=True),
    "capacity-per-head": Kpi(5, "m1", 40, 1.0, 0.12, 5_000, digits=1),
    "output-capacity": Kpi(4, "m2", 1_500, 1.0, 0.1, 500_000),
    "production-cost": Kpi(4, "m2", 60, 1.1, 0.08, 20_000, digits=2),
    "material-recovery": Kpi(2, "m3", 94, 0.03, 1.5, 100, digits=1, points=True),
    "waste": Kpi(4, "m3", 900, 1.0, 0.18, 100_000),
    "energy-per-unit": Kpi(7, "m3", 8, 1.0, 0.2, 2_000, digits=2),
    "suggestions-per-month": Kpi(9, "m1", 6, 0.8, 0.9, 900, zeros=0.25, months=(1,)),
    "suggestions-implemented": Kpi(3, "m1", 45, 0.4, 18.0, 100, digits=1, points=True),
    "absenteeism": Kpi(7, "m4", 3.5, 0.5, 0.15, 40, digits=2),
    "labour-turnover": Kpi(7, "m4", 4.5, 0.6, 0.18, 60, digits=2, months=(1,)),
    "accidents": Kpi(9, "m5", 3, 0.8, 0.45, 80, zeros=0.12, months=(6, 12)),
    "hazards-found": Kpi(4, "m5", 24, 0.8, 0.5, 2_000, months=(3, 6)),
    "inspections-held": Kpi(3, "m5", 6, 0.6, 0.6, 200, months=(3, 6)),
    "jobs": Kpi(3, "m1", 165, 0.6, 0.06, 1_500),
    "cycle-time": Kpi(5, "m2", 12, 0.6, 0.14, 200, digits=1),
    "problems-solved": Kpi(4, "m1", 35, 0.8, 0.0, 900, after_only=True, months=(3, 6)),
    "standards-written": Kpi(3, "m1", 18, 0.7, 0.0, 300, after_only=True, months=(3, 6)),
    "cost-savings": Kpi(11, "m1", 100_000, 1.0, 0.0, 9_000_000, after_only=True, months=(3, 6, 12)),
}


def write_kpis(writing: Writing, enrolment: Enrolment, trained: Sequence[Step]) -> None:
    """Write up to four KPIs of an enterprise, if it reports any."""
    chance = writing.chance
    if not chance.happens(REPORTS_KPI_BUYER if enrolment.round.of_buyer else REPORTS_KPI):
        return
    by_module = {step.module: step for step in trained}
    # KPIs that a module works on are more likely.
    weights = {code: kpi.weight * (2.5 if kpi.module in by_module else 0.6) for code, kpi in KPIS.items()}
    for code in chance.several(weights, chance.weighted(KPI_COUNTS)):
        step = by_module.get(KPIS[code].module, trained[0])
        values = _values(chance, enrolment, step, code)
        if values is None:
            continue
        module, round_code = step.module, enrolment.round.code
        if chance.happens(0.03):
            module = ""
        elif not enrolment.enterprise.returning and chance.happens(0.05):
            module = round_code = ""
        writing.folder.add("result", {
            "enterprise": enrolment.enterprise.code, "round": round_code, "module": module, "indicator": code,
            "months": chance.pick(KPIS[code].months) if KPIS[code].months else None,
            "verified": chance.weighted(VERIFIED), "source": source_of(chance, step.workshop_on or AS_OF),
        } | values)  # fmt: skip


def _values(chance: Chance, enrolment: Enrolment, step: Step, code: str) -> dict[str, Cell] | None:
    """The value columns of one result as its form gives them; None if there is no result yet."""
    kpi = KPIS[code]
    before_on = enrolment.baseline_on if chance.happens(0.85) else None
    day = values_taken_on(chance, enrolment, step)
    after_on = enrolment.written(day)
    form = "after" if kpi.after_only else chance.weighted(REPORTED_AS)
    before, after = _levels(chance, code)
    if day is None:
        if kpi.after_only or chance.happens(NO_LEVEL_YET):
            return None
        form = "before"
    started: dict[str, Cell] = {"before": before, "before_on": enrolment.written(before_on)}
    ended: dict[str, Cell] = {"after": after, "after_on": after_on}
    if form == "before":
        return started
    if form == "after":
        return ended | {"operator": ">" if kpi.after_only and chance.happens(0.08) else "="}
    if form == "change" and before:
        return {"change_percent": round(100 * (after / before - 1), 1), "after_on": after_on}
    if form == "bound":
        return ended | {"operator": ">" if INDICATORS[code].direction >= 0 else "<"}
    return started | ended | {"operator": "~" if form == "about" else "="}


def _levels(chance: Chance, code: str) -> tuple[float, float]:
    """The levels before and after of one KPI: most improve, some stay the same, some get worse; with a long tail."""
    kpi = KPIS[code]
    direction = INDICATORS[code].direction or chance.pick((-1, 1))
    before = 0.0 if chance.happens(kpi.zeros) else chance.around(kpi.middle, kpi.spread)
    before = _rounded(min(before, kpi.highest), kpi.digits)
    outcome = chance.share()
    if BETTER <= outcome < BETTER + SAME:
        return before, before
    size = chance.around(kpi.effect, 0.7)
    if outcome >= BETTER:
        direction, size = -direction, size / 2
    if before == 0:
        # Suggestions start to come in; accidents stay at zero, or the first one happens.
        after = chance.around(kpi.middle, kpi.spread) if INDICATORS[code].direction > 0 else float(outcome >= BETTER)
    elif kpi.points:
        after = before + direction * size
    else:
        after = before * (1 + direction * min(size, 0.95 if direction < 0 else 4.0))
    return before, _rounded(min(max(after, 0.0), kpi.highest), kpi.digits)


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) if digits else int(value + 0.5)
