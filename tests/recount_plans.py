"""What the programme plans and builds up, recounted: targets, trainers, events and rounds.

See `recount.py`.
"""

from dataclasses import dataclass
from datetime import date

from recount_enterprises import figure_day, headlines, seen_rounds
from recount_results import operator_of
from recount_slice import (
    Asked,
    Day,
    Filters,
    Row,
    Tables,
    asked,
    find,
    first_day,
    known,
    last_day,
    written,
)

SCOPES = {"m1": {"m1"}, "m2-5": {"m2", "m3", "m4", "m5"}}


def lies_in(phase: Row, day: date) -> bool:
    """True if the day is in the phase; a phase without an end still runs, one without a beginning contains no day."""
    begins, ends = first_day(phase, "starts_on") or known(phase, "starts_on"), last_day(phase, "ends_on")
    return begins is not None and begins <= day and (ends is None or day <= ends)


@dataclass(frozen=True)
class Actual:
    """What was reached of a target: a value, its sign, the date as it is written, and the share of women given."""

    value: float
    operator: str
    as_of: str | None
    women: float | None = None


def actual_of(of: Asked, target: Row, day: date) -> Actual | None:
    """The actual of a target as of a day: a headline of its place and scope, else the latest published figure."""
    scope, measure = known(target, "scope"), known(target, "measure")
    if measure is not None:
        filters = {"place": {target["place"]}} | ({"module": SCOPES[scope]} if scope else {})
        value, _ = headlines(asked(of.tables, filters, day))[measure]
        return None if value is None else Actual(value, "=", day.isoformat())
    same = [
        (figure_day(of, figure), figure)
        for figure in of.tables.get("reported_figure", [])
        if (figure["indicator"], known(figure, "place"), known(figure, "scope"))
        == (target["indicator"], target["place"], scope)
        and known(figure, "round") is None
        and known(figure, "partner") is None
    ]
    by_day = [(its_day, figure["code"], figure) for its_day, figure in same if its_day is not None and its_day <= day]
    if not by_day:
        return None
    *_, newest = max(by_day, key=lambda each: each[:2])
    written_on = written(newest, "as_of") or written(find(of.tables["source"], newest["source"]), "published_on")
    return Actual(newest["value"], operator_of(newest), written_on, known(newest, "women_percent"))


def reached(target: float, actual: Actual | None, better: str) -> bool | None:
    """True or False where the actual decides for certain whether the target is reached; None where it does not."""
    if actual is None:
        return None
    if actual.operator in ("=", "~"):
        return actual.value <= target if better == "down" else actual.value >= target
    if actual.operator == ">":  # more than the value
        if better == "down":
            return False if actual.value >= target else None
        return True if actual.value >= target else None
    if better == "down":  # at most the value
        return True if actual.value <= target else None
    return False if actual.value < target else None


def state_of_target(target: float, on_the_day: Actual | None, now: Actual | None, better: str, *, passed: bool) -> str:
    """The state of a target. A bound that decides nothing is no report on the day, and on the way before it."""
    if not passed:
        if reached(target, now, better):
            return "reached"
        return "not-reported" if now is None else "on-the-way"
    if reached(target, on_the_day, better):
        return "reached"
    if reached(target, now, better):
        return "reached-later"
    return "missed" if reached(target, on_the_day, better) is False else "not-reported"


def attainment(target: Row, actual: Actual | None, better: str) -> float | None:
    if actual is None or actual.operator != "=":
        return None
    value, baseline = target["value"], known(target, "baseline")
    if baseline is not None and baseline != value:
        return (actual.value - baseline) / (value - baseline)
    return actual.value / value if value > 0 and better == "up" else None


@dataclass(frozen=True)
class Standing:
    """A target with what was reached of it, on its day and by now."""

    row: Row
    on_the_day: Actual | None
    now: Actual | None
    passed: bool
    better: str

    @property
    def told(self) -> Actual | None:
        """The actual that attainment is of: that of the day once it has passed and there is one, else the latest."""
        return self.on_the_day if self.passed and self.on_the_day is not None else self.now


def standings(of: Asked) -> list[Standing]:
    """The targets of the selection."""
    if of.filtered_by("partner", "sector", "round", "module"):
        return []
    phases = of.wanted("phase")
    found = []
    for row in of.tables.get("target", []):
        day = last_day(row, "due_on")
        inside = {phase["code"] for phase in of.tables.get("phase", []) if lies_in(phase, day)}
        if of.seen(of.source_day(row)) and of.passes("place", [row["place"]]) and (phases is None or phases & inside):
            passed, now = of.reached(day), actual_of(of, row, of.as_of)
            on_the_day = actual_of(of, row, day) if passed else now
            better = find(of.tables["indicator"], row["indicator"])["better"]
            found.append(Standing(row, on_the_day, now, passed, better))
    return found


def targets(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    return [
        {
            "indicator": each.row["indicator"],
            "place": each.row["place"],
            "due_on": written(each.row, "due_on"),
            "scope": known(each.row, "scope"),
            "baseline": known(each.row, "baseline"),
            "target": each.row["value"],
            "actual_due": each.on_the_day.value if each.on_the_day else None,
            "actual_now": each.now.value if each.now else None,
            "actual_as_of": each.told.as_of if each.told else None,
            "state": state_of_target(each.row["value"], each.on_the_day, each.now, each.better, passed=each.passed),
            "attainment": attainment(each.row, each.told, each.better),
        }
        for each in standings(asked(tables, filters, as_of))
    ]


def framework(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    return [
        {
            "level": known(each.row, "level"),
            "indicator": each.row["indicator"],
            "place": each.row["place"],
            "scope": known(each.row, "scope"),
            "baseline": known(each.row, "baseline"),
            "baseline_on": written(each.row, "baseline_on"),
            "due_on": written(each.row, "due_on"),
            "target": each.row["value"],
            "target_women": known(each.row, "women_percent"),
            "actual": each.told.value if each.told else None,
            "actual_women": each.told.women if each.told else None,
            "source": known(each.row, "source"),
            "comment_en": known(each.row, "comment_en"),
            "comment_zh": known(each.row, "comment_zh"),
        }
        for each in standings(asked(tables, filters, as_of))
    ]


def level_from(of: Asked, row: Row) -> date | None:
    """The day from which a trainer's level is seen; None: always."""
    return last_day(row, "reached_on") or of.source_day(row)


def capacity(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    if of.filtered_by("sector", "round", "phase"):
        return []
    trainers: dict[tuple[str, str], list[Row]] = {}
    for row in tables.get("trainer_level", []):
        trainer = find(tables["trainer"], row["trainer"])
        if (
            of.seen(level_from(of, row))
            and of.passes("module", [row["module"]])
            and of.passes("place", [known(trainer, "place")])
            and of.passes("partner", [known(trainer, "organisation")])
        ):
            trainers.setdefault((row["module"], row["level"]), []).append(trainer)
    rows = []
    for (module, its_level), reached_it in trainers.items():
        sexes = [known(trainer, "sex") for trainer in reached_it if known(trainer, "sex")]
        women = sexes.count("f") if sexes else None
        rows.append({"module": module, "level": its_level, "trainers": len(reached_it), "women": women})
    return rows


def event_from(of: Asked, row: Row) -> date | None:
    """The day from which an event is seen; None: always. What is planned or cancelled is seen from its source."""
    own = last_day(row, "starts_on") or last_day(row, "ends_on") if row["status"] == "held" else None
    return own or of.source_day(row)


def events(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    if of.filtered_by("sector"):
        return []
    rows = []
    for row in tables.get("event", []):
        round_code = known(row, "round")
        own = {each["partner"] for each in tables.get("event_partner", []) if each["event"] == row["code"]}
        if (
            of.seen(event_from(of, row))
            and of.passes("place", [known(row, "place")])
            and of.passes("module", [known(row, "module")])
            and of.passes("round", [round_code])
            and of.passes("phase", [of.phase_of(round_code) if round_code else None])
            and of.passes("partner", own | of.partners_of(round_code))
        ):
            rows.append(
                {
                    "event": row["code"],
                    **{column: known(row, column) for column in ("kind", "name_en", "name_zh", "status")},
                    **{column: written(row, column) for column in ("starts_on", "ends_on")},
                    **{column: known(row, column) for column in ("place", "participants", "women")},
                }
            )
    return rows


def rounds(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    if of.filtered_by("sector"):
        return []
    rows = []
    for row in seen_rounds(of):
        places = [each["place"] for each in tables.get("round_place", []) if each["round"] == row["code"]]
        if not (
            of.passes("round", [row["code"]])
            and of.passes("phase", [known(row, "phase")])
            and of.passes("partner", of.partners_of(row["code"]))
            and of.passes("place", places)
        ):
            continue
        ended = of.reached(last_day(row, "ended_on"))
        dates = {
            **{column: written(row, column) for column in ("planned_start", "planned_end", "started_on")},
            "ended_on": written(row, "ended_on") if ended else None,
        }
        if any(dates.values()):
            rows.append({"round": row["code"]} | dates)
    return rows
