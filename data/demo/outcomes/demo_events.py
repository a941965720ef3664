"""Events: the first event of a round, committee meetings, and other events of the programme."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from data.demo.basics.bilingual import Named
from data.demo.basics.demo_parts import Round, Workshop
from data.demo.basics.demo_writing import Writing
from data.demo.basics.folder import Cell
from data.demo.basics.form_gaps import as_written
from data.demo.basics.programme_dates import AS_OF
from data.demo.setting.demo_partners import COMMITTEE, PROVIDERS


class ProgrammeEvent(NamedTuple):
    """An event of the programme itself. An event after the as-of date is planned.

    With ``month_only``, no more than its month is known.
    """

    kind: str
    name: Named
    place: str
    day: date
    partners: tuple[str, ...]
    month_only: bool = False


PROGRAMME_EVENTS = (
    ProgrammeEvent(
        "licence", Named("Licence of a provider", "培训机构授权"), "440100", date(2014, 10, 16), ("provider-1",)
    ),
    ProgrammeEvent(
        "seminar", Named("Seminar on training material", "教材研讨会"), "110000", date(2015, 3, 12), PROVIDERS
    ),
    ProgrammeEvent(
        "licence", Named("Licence of a provider", "培训机构授权"), "310000", date(2016, 5, 20), ("provider-3",)
    ),
    ProgrammeEvent(
        "publication",
        Named("Stories of improvement", "改善案例集"),
        "",
        date(2016, 11, 8),
        ("agency",),
        month_only=True,
    ),
    ProgrammeEvent(
        "workshop", Named("Workshop on reporting", "填报工作会"), "500000", date(2017, 4, 11), COMMITTEE[:2]
    ),
    ProgrammeEvent(
        "workshop", Named("Consultation on Phase III", "第三期磋商会"), "510100", date(2017, 8, 22), COMMITTEE
    ),
    ProgrammeEvent(
        "licence", Named("Licence of a provider", "培训机构授权"), "330100", date(2017, 9, 5), ("provider-4",)
    ),
    ProgrammeEvent(
        "launch", Named("Launch of Phase III", "第三期启动会"), "110000", date(2017, 11, 15), COMMITTEE, month_only=True
    ),
)
ROUND_EVENTS = {
    "tot": Named("Training of trainers", "培训师培训"),
    "toe": Named("Training of enterprises", "企业培训"),
    "launch": Named("Launch", "启动会"),
    "visit": Named("Visit to enterprises", "企业走访"),
}
ROUND_EVENT_WEIGHTS = {"tot": 4.0, "toe": 3.0, "launch": 2.0, "visit": 1.0}


def write_round_event(writing: Writing, round_: Round, first: Workshop) -> None:
    """Write the first event of about one round in three, such as a launch or a training of trainers."""
    chance = writing.chance
    if not chance.happens(0.35):
        return
    kind = chance.weighted(ROUND_EVENT_WEIGHTS)
    day = first.held_on if round_.size else None
    status = "held" if day is not None else "cancelled" if chance.happens(0.1) else "planned"
    if day is None:
        day = max(round_.start, AS_OF + timedelta(chance.whole(5, 60)))
    name = ROUND_EVENTS[kind]
    event: dict[str, Cell] = {
        "code": f"{round_.code}-{kind}", "kind": kind, "status": status,
        "name_en": f"{name.en}, {round_.name.en}", "name_zh": f"{round_.name.zh}{name.zh}",
        "place": round_.places[0] if len(round_.places) == 1 else "",
        "module": "m1" if kind in {"tot", "toe"} else "", "round": round_.code,
    }  # fmt: skip
    _write_event(writing, event, day, (round_.owner,))


def write_programme_events(writing: Writing) -> None:
    """Write the committee meetings and other events: held up to the as-of date, planned after it."""
    for number, event in [*enumerate(_meetings(), start=1), *enumerate(PROGRAMME_EVENTS, start=1)]:
        row: dict[str, Cell] = {
            "code": f"{event.kind}-{number}", "kind": event.kind, "status": "held" if event.day <= AS_OF else "planned",
            "place": event.place, "name_en": event.name.en, "name_zh": event.name.zh,
        }  # fmt: skip
        _write_event(writing, row, event.day, event.partners, months=event.month_only)


def _meetings() -> list[ProgrammeEvent]:
    """The meetings of the committee, two a year."""
    days = [date(year, month, 20) for year in range(2012, 2018) for month in (4, 10)]
    return [
        ProgrammeEvent(
            "committee",
            Named(f"Advisory committee, meeting {number}", f"咨询委员会第{number}次会议"),
            "110000",
            day,
            COMMITTEE,
        )
        for number, day in enumerate(days, start=1)
    ]


def _write_event(
    writing: Writing, event: Mapping[str, Cell], day: date, partners: Sequence[str], *, months: bool = False
) -> None:
    """Write an event with its length, participants and partners. Only a held event has participants."""
    chance = writing.chance
    held = event["status"] == "held"
    ends_on = day + timedelta(chance.pick((0, 0, 1, 2)))
    participants = chance.whole(8, 60) if held and chance.happens(0.85) else None
    women = chance.binomial(participants, 0.42) if participants and chance.happens(0.8) else None
    writing.folder.add("event", dict(event) | {
        "starts_on": as_written(day, months=months),
        "ends_on": as_written(min(ends_on, AS_OF) if held else ends_on, months=months),
        "participants": participants, "women": women, "source": "reports" if held else "plans",
    })  # fmt: skip
    for partner in partners:
        writing.folder.add("event_partner", {"event": event["code"], "partner": partner})
