"""Published figures and targets. Totals are counted from the rows; capacity and surveys have no rows."""

import math
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from data.demo.basics.bilingual import Named
from data.demo.basics.demo_writing import Tally, Writing
from data.demo.basics.folder import Cell
from data.demo.basics.form_gaps import as_written
from data.demo.basics.programme_dates import AS_OF, SURVEYED_ON
from data.demo.setting.demo_places import COUNTRY, EXPANSION, PROVINCES


class Capacity(NamedTuple):
    """Target and actual of one capacity indicator: (value, percentage of women; None if it does not count people)."""

    indicator: str
    scope: str
    target: tuple[int, int | None]
    actual: tuple[int, int | None]


class Survey(NamedTuple):
    """A survey result in percent, and the number of respondents (None if not published)."""

    indicator: str
    percent: int
    respondents: int | None
    operator: str


# The indicators follow a real country sheet (zero targets, cost split by module). The numbers are invented.
CAPACITY = {
    date(2014, 12, 31): (
        Capacity("institutions-embedding", "", (3, None), (2, None)),
        Capacity("cost-share-non-ilo", "m1", (35, None), (31, None)),
        Capacity("cost-share-non-ilo", "m2-5", (0, None), (12, None)),
        Capacity("clusters", "", (6, None), (8, None)),
        Capacity("representatives-trained", "", (20, 50), (17, 41)),
        Capacity("business-plans", "", (0, None), (0, None)),
        Capacity("expert-trainers", "", (2, 50), (1, 0)),
        Capacity("faulty-data-sheets", "", (0, None), (11, None)),
    ),
    AS_OF: (
        Capacity("institutions-embedding", "", (6, None), (6, None)),
        Capacity("cost-share-non-ilo", "m1", (60, None), (66, None)),
        Capacity("cost-share-non-ilo", "m2-5", (45, None), (38, None)),
        Capacity("sponsors", "", (9, None), (10, None)),
        Capacity("clusters", "", (14, None), (15, None)),
        Capacity("mous", "", (8, None), (6, None)),
        Capacity("representatives-trained", "", (60, 50), (64, 47)),
        Capacity("business-plans", "", (5, None), (3, None)),
        Capacity("expert-trainers", "", (8, 50), (7, 43)),
        Capacity("centre-of-excellence", "", (1, None), (0, None)),
        Capacity("faulty-data-sheets", "", (0, None), (4, None)),
    ),
}
OUTCOMES = frozenset({"institutions-embedding", "cost-share-non-ilo", "centre-of-excellence"})
"""Capacity indicators on the level of outcomes; the others are outputs."""
COMMENTS = {
    "mous": Named("Two agreements are waiting for a signature.", "两份协议待签署。"),
    "business-plans": Named("Two partners postponed their plans.", "两个合作伙伴推迟了业务计划。"),
    "centre-of-excellence": Named("The host institution is not chosen yet.", "承办机构尚未确定。"),
    "faulty-data-sheets": Named("Forms are checked at the factory since 2016.", "自2016年起在企业现场核对表格。"),
}
"""Comments on the targets of the last sheet, by indicator."""
SURVEYS = (
    Survey("survey-relations", 86, 212, "="),
    Survey("survey-environment", 83, 148, "="),
    Survey("survey-environment", 90, None, ">"),
    Survey("training-satisfaction", 89, 640, "="),
)


def write_figures(writing: Writing) -> None:
    """Write the published figures."""
    for number, row in enumerate(_figures(writing.tally), start=1):
        writing.folder.add("reported_figure", {"code": f"figure-{number}", "source": "reports"} | row)


def _figures(tally: Tally) -> Iterator[dict[str, Cell]]:
    """Totals of the country per year and of provinces at the as-of date, then capacity and surveys."""
    totals = {
        "enterprises-trained": tally.enterprises,
        "people-trained": tally.people,
        "enterprise-visits": tally.visits,
    }
    for year in range(2012, AS_OF.year + 1):
        day = min(date(year, 12, 31), AS_OF)
        for indicator, counts in totals.items():
            yield {"indicator": indicator, "as_of": day, "place": COUNTRY, "value": _until(counts, year)}
    for province in PROVINCES:
        count = tally.provinces[province]
        yield {"indicator": "enterprises-trained", "as_of": AS_OF, "place": province, "value": count}
    for day, sheet in CAPACITY.items():
        for indicator, scope, _, (value, women) in sheet:
            yield {
                "indicator": indicator, "scope": scope, "as_of": day, "place": COUNTRY, "value": value,
                "women_percent": women,
            }  # fmt: skip
    for survey in SURVEYS:
        yield {
            "indicator": survey.indicator, "as_of": as_written(SURVEYED_ON, months=True), "place": COUNTRY,
            "phase": "phase-2", "value": survey.percent, "base": survey.respondents,
            "operator": survey.operator, "source": "survey",
        }  # fmt: skip


def _until(counts: dict[int, int], year: int) -> int:
    """The sum of `counts` up to and including `year`."""
    return sum(count for counted_year, count in counts.items() if counted_year <= year)


def write_targets(writing: Writing) -> None:
    """Write capacity targets, and targets of enterprises to train that are a little above the actual numbers."""
    baselines: dict[tuple[str, str], tuple[int, date]] = {}
    for due_on, sheet in CAPACITY.items():
        for indicator, scope, (value, women), (actual, _) in sheet:
            baseline, baseline_on = baselines.get((indicator, scope), (None, None))
            comment = COMMENTS.get(indicator) if due_on == AS_OF else None
            writing.folder.add("target", {
                "indicator": indicator, "place": COUNTRY, "due_on": due_on, "scope": scope, "value": value,
                "women_percent": women, "source": "plans", "baseline": baseline, "baseline_on": baseline_on,
                "level": "outcome" if indicator in OUTCOMES else "output",
                "comment_en": comment and comment.en, "comment_zh": comment and comment.zh,
            })  # fmt: skip
            baselines[indicator, scope] = (actual, due_on)
    tally = writing.tally
    goals = [(COUNTRY, 2015, _until(tally.enterprises, 2015)), (COUNTRY, 2017, writing.enterprise_count)]
    goals += [(province, 2017, tally.provinces[province]) for province in EXPANSION]
    for place, due_in, reached in goals:
        writing.folder.add("target", {
            "indicator": "enterprises-trained", "place": place, "due_on": due_in, "scope": "",
            "value": 10 * math.ceil(reached * 1.15 / 10), "source": "plans", "level": "output", "baseline": 0,
            "measure": "" if place == COUNTRY else "trained",
        })  # fmt: skip
