"""Enrolments: the dates an enterprise of a round is recruited, has its baseline, and perhaps leaves."""

from datetime import date, timedelta

from data.demo.basics.chance import Chance
from data.demo.basics.demo_parts import Enrolment, Enterprise, Round
from data.demo.basics.demo_writing import Writing
from data.demo.basics.form_gaps import only_months, source_of
from data.demo.basics.programme_dates import AS_OF

LEFT = 0.11  # about 8 % in the rows, because dates after the as-of date are dropped
NO_BASELINE = 0.2

LEFT_REASONS = (
    "Moved to another place / 搬迁",
    "Too many orders, no time / 订单多，没有时间",
    "Change of management / 管理层变动",
    "Closed / 停业",
    "Cost of further modules / 后续模块费用",
)


def write_enrolment(writing: Writing, round_: Round, enterprise: Enterprise, workshop_on: date | None) -> Enrolment:
    """Write the enrolment of an enterprise. `workshop_on` is the day of the first workshop; None if not held yet."""
    chance = writing.chance
    enrolment = _draw_enrolment(chance, round_, enterprise, workshop_on)
    writing.folder.add("enrolment", {
        "enterprise": enterprise.code, "round": round_.code,
        "recruited_on": enrolment.written(enrolment.recruited_on),
        "baseline_on": enrolment.written(enrolment.baseline_on),
        "left_on": enrolment.written(enrolment.left_on),
        "left_reason": chance.pick(LEFT_REASONS) if enrolment.left_on and chance.happens(0.8) else "",
        "source": source_of(chance, enrolment.recruited_on),
    })  # fmt: skip
    return enrolment


def _draw_enrolment(chance: Chance, round_: Round, enterprise: Enterprise, workshop_on: date | None) -> Enrolment:
    recruited_on = round_.start - timedelta(chance.whole(30, 110))
    recruited_on = min(recruited_on, AS_OF - timedelta(chance.whole(0, 40)))
    left_on = None
    if chance.happens(LEFT):
        left_on = recruited_on + timedelta(chance.whole(45, 500))
        left_on = left_on if left_on <= AS_OF else None
    latest = min(day for day in (workshop_on or round_.start, AS_OF, left_on) if day is not None)
    baseline_on = None
    if latest > recruited_on and not chance.happens(NO_BASELINE):
        baseline_on = recruited_on + timedelta(chance.whole(1, (latest - recruited_on).days))
    months = only_months(chance, round_.start)
    return Enrolment(enterprise, round_, recruited_on, baseline_on, left_on, months)
