"""The exhibits against a recount of the same tables, on invented programmes full of edge cases."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from programme import PROGRAMME, load_rows
from recount import (
    EXHIBITS,
    KEYS,
    Asked,
    Row,
    Tables,
    asked,
    coverage_line,
    never_increases,
    started_before_the_latest,
)

from data import coverage_line as coverage
from data import exhibits
from data.catalogue import read_catalogue
from data.columns import Holds
from data.coverage_line import Coverage
from data.exhibits import build
from data.exports.csv_files import to_csv
from data.filters import DIMENSIONS, Filters
from data.privacy.viewer import MANAGER
from data.storage.database import writing_engine
from data.view import View

pytestmark = pytest.mark.both_databases

AS_OF = date(2014, 12, 31)
# Few days, so that facts often share one; the last three are after the record date.
DAYS = [AS_OF + timedelta(days=days) for days in (-900, -400, -90, -30, -1, 0, 1, 40, 200)]
EARLIER, LATER = DAYS[2], DAYS[7]

MODULES = {"m1": 1, "m2": 2, "m10": 10}  # by position m10 comes last, by code before m2
PLACES = {
    "100000": ("country", None), "110000": ("province", "100000"), "110100": ("city", "110000"),
    "110101": ("county", "110100"), "120000": ("province", "100000"), "x-kh": ("country", None),
}  # fmt: skip
PARTNERS = {"fed": None, "fed-north": "fed", "fed-north-office": "fed-north", "bureau": None, "buyer": None}
SECTORS = ("machinery", "garments")
PHASES = ("p1", "p2")
INDICATORS = {
    "output": ("percent", "up"), "profit": ("cny", "up"), "absence": ("days", "down"),
    "headcount": ("count", "context"),
    "plan": ("yes-no", "up"), "fines": ("yes-no", "down"), "union": ("yes-no", "context"),
}  # fmt: skip
SOURCES = ("report", "sheet")


# Inventing a programme


class Invented:
    """One invented programme, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.favourite = self.random.choice(DAYS[:6])
        self.tables: Tables = {
            "programme": [
                {"code": "score", "name_en": "Programme", "as_of": AS_OF, "synthetic": True, "public": False}
            ],
            "source": [{"code": code, "title_en": code} for code in SOURCES],
            "phase": [{"code": code, "name_en": code} for code in PHASES],
            "place": [
                {"code": code, "name_en": f"place {code}", "name_zh": f"地 {code}", "level": level, "parent": parent}
                for code, (level, parent) in PLACES.items()
            ],
            "sector": [{"code": code, "name_en": code} for code in SECTORS],
            "partner": [
                {"code": code, "name_en": code, "kind": "association", "parent": parent}
                for code, parent in PARTNERS.items()
            ],
            "module": [{"code": code, "position": at, "name_en": code} for code, at in MODULES.items()],
            "indicator": [
                {"code": code, "name_en": code, "family": "kpi", "unit": unit, "better": better}
                for code, (unit, better) in INDICATORS.items()
            ],
        }
        self.rounds = [f"r{n}" for n in range(1, self.random.randint(1, 4) + 1)]
        # Enough for an interval in some programmes (6 pairs), few enough to be odd in the others.
        self.enterprises = [f"e{n}" for n in range(1, self.random.choice((1, 3, 6, 12)) + 1)]
        self._rounds()
        self._enterprises()
        self._enrolments()
        self._trainings()
        self._results()
        self._figures()
        self._programme()

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def maybe(self, probability: float, value: Any) -> Any:
        return value if self.chance(probability) else None

    def day(self, probability: float, since: date | None = None) -> date | None:
        # Also one frequent day, so that ties have to be broken.
        days = [day for day in (*DAYS, *[self.favourite] * 5) if since is None or day >= since]
        return self.maybe(probability, self.random.choice(days))

    def count(self, probability: float, most: int) -> int | None:
        return self.maybe(probability, self.random.randint(0, most))

    def some(self, codes: Any, most: int) -> list[Any]:
        codes = list(codes)
        return self.random.sample(codes, self.random.randint(0, min(most, len(codes))))

    def _rounds(self) -> None:
        draw = self.random
        self.tables["round"] = [
            {"code": code, "name_en": code, "phase": self.maybe(0.8, draw.choice(PHASES))} for code in self.rounds
        ]
        self.tables["round_place"] = [
            {"round": code, "place": place} for code in self.rounds for place in self.some(PLACES, 3)
        ]
        self.tables["round_partner"] = [
            {"round": code, "partner": partner, "role": role}
            for code in self.rounds
            for partner in self.some(PARTNERS, 3)
            for role in draw.sample(("owner", "funder", "provider"), draw.choice((1, 1, 2)))
        ]

    def _enterprises(self) -> None:
        self.tables["enterprise"] = [
            {
                "code": code,
                "name_en": code,
                "place": self.maybe(0.5, self.random.choice(list(PLACES))),
                "sector": self.maybe(0.7, self.random.choice(SECTORS)),
                "workers": self.count(0.6, 300),
            }
            for code in self.enterprises
        ]

    def _enrolments(self) -> None:
        self.tables["enrolment"] = [
            {
                "enterprise": enterprise,
                "round": round_code,
                "recruited_on": self.day(0.7),
                "baseline_on": self.day(0.5),
                "left_on": self.day(0.15),
                "source": self.maybe(0.8, self.random.choice(SOURCES)),
            }
            for enterprise in self.enterprises
            for round_code in (self.some(self.rounds, 3) or self.some(self.rounds, 1))
        ]

    def _enrolled(self) -> list[tuple[str, str]]:
        return [(row["enterprise"], row["round"]) for row in self.tables["enrolment"]]

    def _trainings(self) -> None:
        enrolled = self._enrolled()
        rows = []
        for enterprise, round_code in product(self.enterprises, self.rounds):
            # A training without an enrolment is on record now and then, and counts nowhere.
            planned = self.some(MODULES, 3) if (enterprise, round_code) in enrolled or self.chance(0.1) else []
            for module in planned:
                workshop_on = self.day(0.5)
                managers, workers = self.count(0.5, 9), self.count(0.5, 40)
                rows.append(
                    {
                        "enterprise": enterprise,
                        "round": round_code,
                        "module": module,
                        "due_on": self.day(0.7),
                        "workshop_on": workshop_on,
                        "visits_planned": self.count(0.5, 4),
                        "visits_done": self.count(0.5, 3),
                        "assessed_on": self.day(0.35),
                        "completed_on": self.day(0.35, workshop_on),
                        "dropped_on": self.day(0.15),
                        "managers": managers,
                        "workers": workers,
                        "women": self.count(0.5, (managers or 0) + (workers or 0)),
                        "source": self.maybe(0.8, self.random.choice(SOURCES)),
                    }
                )
        self.tables["training"] = rows

    def _value(self, indicator: str) -> float:
        if INDICATORS[indicator][0] == "yes-no":
            return self.random.randint(0, 1)
        return self.random.choice((0, 1, 4, 4.13, 12.5, 80) if indicator != "profit" else (-12, -3, 0, 5))

    def _result(self, indicator: str, *, tidy: bool) -> Row:
        filled = self.random.choice(("both", "both", "both", "before", "after", "change", "nothing"))
        operator = self.random.choice(("=", "=", "=", "=", "=", None, "<", ">", "~"))
        if tidy:
            filled, operator = "both", self.random.choice(("=", "=", "=", "=", ">"))
        before_on = self.day(0.6)
        return {
            "before": self._value(indicator) if filled in ("both", "before") else None,
            "before_on": before_on,
            "after": self._value(indicator) if filled in ("both", "after") else None,
            "after_on": self.day(0.6, before_on),
            "change_percent": self.random.choice((-20, 0, 5)) if filled == "change" else None,
            "operator": operator,
            "source": self.maybe(0.8, self.random.choice(SOURCES)),
        }

    def _results(self) -> None:
        enrolled = self._enrolled()
        rows = {}
        # Some indicators are reported by everyone, so that there are medians and intervals to count.
        indicators = [(code, self.chance(0.5)) for code in self.some(INDICATORS, 4)]
        for enterprise, (indicator, tidy) in product(self.enterprises, indicators):
            own = [round_code for who, round_code in enrolled if who == enterprise]
            for _ in range(2 if tidy else self.random.choice((0, 1, 1, 2, 3))):
                round_code = self.random.choice(["", *own, *own, *(self.rounds if self.chance(0.2) else [])])
                module = self.random.choice(["", *MODULES])
                key = {"enterprise": enterprise, "round": round_code, "module": module, "indicator": indicator}
                rows[tuple(key.values())] = key | self._result(indicator, tidy=tidy)
        self.tables["result"] = list(rows.values())

    def _figures(self) -> None:
        draw = self.random
        self.tables["reported_figure"] = [
            {
                "code": f"figure-{n}",
                "indicator": draw.choice(list(INDICATORS)),
                "place": self.maybe(0.6, draw.choice(list(PLACES))),
                "phase": self.maybe(0.3, draw.choice(PHASES)),
                "round": self.maybe(0.4, draw.choice(self.rounds)),
                "partner": self.maybe(0.4, draw.choice(list(PARTNERS))),
                "as_of": self.day(0.8),
                "value": draw.choice((0, 20.5, 300)),
                "operator": draw.choice(("=", ">", "~")),
                "base": self.count(0.5, 50),
                "source": self.maybe(0.8, draw.choice(SOURCES)),
            }
            for n in range(draw.randint(0, 5))
        ]

    def _programme(self) -> None:
        """Dates of phases and rounds, targets with matching figures, trainers and events."""
        draw = self.random
        for phase in self.tables["phase"]:
            begins = self.day(0.8)
            phase |= {"starts_on": begins, "ends_on": self.day(0.6, begins)}
        for row in self.tables["round"]:
            began = self.day(0.6)
            row |= {"planned_start": self.day(0.5), "planned_end": self.day(0.4), "started_on": began,
                    "ended_on": self.day(0.4, began)}  # fmt: skip
        keys = {
            (
                draw.choice(list(INDICATORS)),
                draw.choice(list(PLACES)),
                draw.choice(DAYS),
                draw.choice(("", "m1", "m2-5")),
            )
            for _ in range(draw.randint(0, 6))
        }
        self.tables["target"] = [
            {"indicator": indicator, "place": place, "due_on": due_on, "scope": scope,
             "value": draw.choice((0, 4, 35)), "source": self.maybe(0.8, draw.choice(SOURCES))}
            for indicator, place, due_on, scope in sorted(keys)
        ]  # fmt: skip
        for n, (indicator, place, _due_on, scope) in enumerate(draw.choices(sorted(keys), k=8) if keys else []):
            self.tables["reported_figure"].append(
                {"code": f"reached-{draw.randint(0, 9)}-{n}", "indicator": indicator, "place": place,
                 "scope": scope or None, "phase": self.maybe(0.3, draw.choice(PHASES)),
                 "round": self.maybe(0.1, draw.choice(self.rounds)), "as_of": self.day(0.7),
                 "value": draw.choice((0, 4, 20.5)), "operator": draw.choice(("=", "=", "=", ">", "<"))}
            )  # fmt: skip
        trainers = [f"t{n}" for n in range(draw.randint(0, 8))]
        self.tables["trainer"] = [
            {"code": code, "sex": draw.choice(("f", "m", None)),
             "organisation": self.maybe(0.7, draw.choice(list(PARTNERS))),
             "place": self.maybe(0.7, draw.choice(list(PLACES))), "source": self.maybe(0.8, draw.choice(SOURCES))}
            for code in trainers
        ]  # fmt: skip
        self.tables["trainer_level"] = [
            {"trainer": code, "module": module, "level": level, "reached_on": self.day(0.7), "source": "sheet"}
            for code, module, level in product(trainers, MODULES, ("candidate", "certified", "expert"))
            if self.chance(0.3)
        ]
        self.tables["event"] = []
        for n in range(draw.randint(0, 8)):
            begins = self.day(0.7)
            self.tables["event"].append(
                {"code": f"event-{n}", "kind": draw.choice(("tot", "toe", "licence", "visit")), "name_en": f"event {n}",
                 "place": self.maybe(0.6, draw.choice(list(PLACES))),
                 "module": self.maybe(0.5, draw.choice(list(MODULES))),
                 "round": self.maybe(0.5, draw.choice(self.rounds)),
                 "status": draw.choice(("held", "held", "planned", "cancelled")), "starts_on": begins,
                 "ends_on": self.day(0.5, begins), "participants": self.count(0.5, 30),
                 "women": self.maybe(0.3, 0), "source": self.maybe(0.8, draw.choice(SOURCES))}
            )  # fmt: skip
        self.tables["event_partner"] = [
            {"event": row["code"], "partner": partner}
            for row in self.tables["event"]
            for partner in self.some(PARTNERS, 2)
        ]

    def codes(self, dimension: str) -> list[str]:
        return [row["code"] for row in self.tables[dimension]]

    def one_filter(self, dimension: str) -> dict[str, set[str]]:
        codes = {self.random.choice(self.codes(dimension)) for _ in range(self.random.choice((1, 1, 2)))}
        return {dimension: codes | ({"nobody"} if self.chance(0.2) else set())}

    def questions(self) -> Iterator[tuple[dict[str, set[str]], date | None]]:
        """The selections to test: everything, single filters, pairs of filters, other dates."""
        yield {}, None
        for dimension in self.random.sample(DIMENSIONS, 2):
            yield self.one_filter(dimension), None
        first, second, third = self.random.sample(DIMENSIONS, 3)
        yield self.one_filter(first) | self.one_filter(second), None
        yield self.maybe(0.5, self.one_filter(third)) or {}, self.random.choice((EARLIER, LATER))


# Reading both counts


@contextmanager
def database_of(tables: Tables, address: str = "sqlite://") -> Iterator[Any]:
    """A connection to a new database (default: in memory) with the tables, and its catalogue."""
    engine = writing_engine(address)
    try:
        load_rows(engine, tables)
        with engine.connect() as connection:
            yield connection, read_catalogue(connection)
    finally:
        engine.dispose()


def search_of(filters: dict[str, set[str]], as_of: date | None) -> str:
    asked = {name: ",".join(sorted(codes)) for name, codes in filters.items()}
    return "?" + urlencode(asked | ({"as_of": as_of.isoformat()} if as_of else {}))


def exported(view: View, code: str) -> list[Row]:
    """The exhibit as the download gives it, read back."""
    return list(csv.DictReader(io.StringIO(to_csv(build(view, code)))))


def exported_all(view: View) -> dict[str, list[Row]]:
    return {code: exported(view, code) for code in EXHIBITS}


def as_text(value: Any) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


SIX_DIGITS = tuple(
    {column.name for exhibit in exhibits.ALL for column in exhibit.columns if column.holds is Holds.SHARE}
)
"""The columns that files write with six digits."""


def agree(column: str, given: str, expected: Any) -> bool:
    """Numbers to 1 in 10⁹, shares to 6 significant digits, everything else letter by letter."""
    if expected is None or isinstance(expected, (str, date)) or given == "":
        return given == as_text(expected)
    within = 5.1e-6 if column in SIX_DIGITS else 1e-9
    return float(given) == pytest.approx(expected, rel=within, abs=1e-12)


def keyed(rows: list[Row], code: str) -> dict[tuple[str, ...], Row]:
    found = {tuple(as_text(row[column]) for column in KEYS[code]): row for row in rows}
    assert len(found) == len(rows), f"{code}: two rows for {Counter(map(str, found)).most_common(1)}"
    return found


def differences(given: list[Row], expected: list[Row], code: str) -> list[str]:
    """The differences between export and recount, line by line; the note of an overview is text and omitted."""
    left, right = keyed(given, code), keyed(expected, code)
    found = [f"{code} {key}: only in the export" for key in left.keys() - right.keys()]
    found += [f"{code} {key}: only in the recount: {right[key]}" for key in right.keys() - left.keys()]
    for key in left.keys() & right.keys():
        columns = exhibits.EXHIBITS[code].exported
        assert tuple(left[key]) == tuple(right[key]) == columns
        found += [
            f"{code} {key} {column}: export {left[key][column]!r}, recount {right[key][column]!r}"
            for column in columns
            if column != "note" and not agree(column, left[key][column], right[key][column])
        ]
    return found


def disagreements(view: View, of: Asked) -> list[str]:
    """All differences between the exhibits of a view and the recount of the same slice."""
    given, line, expected = exported_all(view), asdict(coverage.coverage_line(view)), coverage_line(of)
    wrong = [] if line == expected else [f"coverage line: {line}, recount {expected}"]
    for code, recounted in EXHIBITS.items():
        wrong += differences(given[code], recounted(of.tables, of.filters, of.as_of), code)
    return wrong


# No shrinking: a smaller seed is not a smaller programme, and the message names the seed.
SEEDS = settings(
    max_examples=4,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
"""The settings of tests on invented programmes."""


@SEEDS
@given(seed=st.integers(min_value=0, max_value=2**32 - 1))
@example(seed=385)
@example(seed=535)
@example(seed=472)
def test_every_exhibit_agrees_with_the_recount_under_any_filter(new_database: Callable[[], str], seed: int) -> None:
    invented = Invented(seed)
    with database_of(invented.tables, new_database()) as (connection, catalogue):
        for filters, as_of in invented.questions():
            search = search_of(filters, as_of)
            view = View.open(connection, catalogue, MANAGER, Filters.from_search(search))
            wrong = disagreements(view, asked(invented.tables, filters, as_of))
            assert not wrong, "\n".join([f"seed {seed}, {search}", *wrong])


def test_every_exhibit_of_the_ten_enterprises_agrees_with_the_recount(address: str) -> None:
    with database_of(PROGRAMME, address) as (connection, catalogue):
        for search in ("", "?partner=fed&as_of=2015-06-30", "?place=370000&module=m1,m3"):
            filters = Filters.from_search(search)
            view = View.open(connection, catalogue, MANAGER, filters)
            codes = {name: set(filters.codes(name)) for name in DIMENSIONS}
            wrong = disagreements(view, asked(PROGRAMME, codes, filters.as_of))
            assert not wrong, "\n".join([search, *wrong])


# Properties of the exhibits of any programme


@dataclass(frozen=True)
class Counted:
    """The exhibits of one invented programme under one selection."""

    of: Asked
    line: Coverage
    rows: dict[str, list[Row]]


@pytest.fixture(scope="module", params=[385, 535, 262])
def counted(request: pytest.FixtureRequest, new_database: Callable[[], str]) -> list[Counted]:
    """The exhibits of one invented programme: of everything, and of its first and last selection."""
    invented = Invented(request.param)
    questions = list(invented.questions())
    found = []
    with database_of(invented.tables, new_database()) as (connection, catalogue):
        for filters, as_of in (questions[0], questions[1], questions[-1]):
            view = View.open(connection, catalogue, MANAGER, Filters.from_search(search_of(filters, as_of)))
            line = coverage.coverage_line(view)
            found.append(Counted(asked(invented.tables, filters, as_of), line, exported_all(view)))
    assert any(one.line.enterprises for one in found)
    return found


def numbers(row: Row, *columns: str) -> list[int]:
    return [int(row[column]) for column in columns]


def test_every_planned_enterprise_is_in_exactly_one_state(counted: list[Counted]) -> None:
    for one in counted:
        states = Counter((row["module"], row["state"]) for row in one.rows["matrix"])
        for row in one.rows["module-funnel"]:
            module = row["module"]
            columns = ("completed", "in_progress", "dropped", "overdue", "not_yet_due")
            assert int(row["planned"]) == sum(numbers(row, *columns))
            assert numbers(row, *columns) == [states[module, column.replace("_", "-")] for column in columns]


def test_no_step_of_a_funnel_has_more_enterprises_than_the_one_before(counted: list[Counted]) -> None:
    for one in counted:
        for row in one.rows["module-funnel"]:
            assert never_increases(numbers(row, "planned", "workshop", "visited", "assessed", "completed"))
        assert never_increases(int(row["enterprises"]) for row in one.rows["journey-funnel"])
        assert never_increases(int(row["enterprises"]) for row in one.rows["breadth"])


def test_counts_without_a_record_never_exceed_the_count_of_the_step(counted: list[Counted]) -> None:
    for one in counted:
        for row in one.rows["module-funnel"]:
            assert 0 <= int(row["visited_without_record"]) <= int(row["visited"])
            assert 0 <= int(row["assessed_without_record"]) <= int(row["assessed"])
        for row in one.rows["journey-funnel"]:
            assert 0 <= int(row["without_record"]) <= int(row["enterprises"])


def test_shares_are_between_0_and_1(counted: list[Counted]) -> None:
    for one in counted:
        for code, rows in one.rows.items():
            for row in rows:
                # An enterprise that began a module, left it and is to begin it again later reached a step but is
                # not in the base: the only case above 1.
                if code == "module-funnel" and started_before_the_latest(one.of, row["module"]):
                    continue
                shares = [float(row[name]) for name in row if "share" in name and row[name]]
                assert all(0 <= share <= 1 for share in shares), (code, row)


def test_better_same_and_worse_add_up_to_all_pairs(counted: list[Counted]) -> None:
    for one in counted:
        for row in one.rows["change"]:
            verdicts = Counter(pair["verdict"] for pair in one.rows["pairs"] if pair["indicator"] == row["indicator"])
            assert int(row["pairs"]) == sum(verdicts.values())
            if row["better"] == "context":
                assert set(verdicts) <= {"context"}
                assert row["better_count"] == row["same_count"] == row["worse_count"] == row["better_share"] == ""
            else:
                counts = numbers(row, "better_count", "same_count", "worse_count")
                assert counts == [verdicts[verdict] for verdict in ("better", "same", "worse")]
                assert sum(counts) == int(row["pairs"])


def test_gained_minus_lost_equals_the_growth_of_the_practice(counted: list[Counted]) -> None:
    for one in counted:
        for row in one.rows["change"]:
            if row["unit"] == "yes-no":
                had_before, had_after, gained, lost = numbers(row, "had_before", "had_after", "gained", "lost")
                assert had_after - had_before == gained - lost
                assert row["median_change"] == row["change_low"] == row["median_relative_change"] == ""


def test_interval_contains_its_median(counted: list[Counted]) -> None:
    for one in counted:
        for row in one.rows["change"]:
            assert (row["change_low"] == "") == (int(row["pairs"]) < 6 or row["unit"] == "yes-no")
            if row["change_low"]:
                assert float(row["change_low"]) <= float(row["median_change"]) <= float(row["change_high"])


def test_enterprises_with_a_pair_reported_and_those_that_reported_are_enrolled(counted: list[Counted]) -> None:
    for one in counted:
        line = one.line
        assert line.paired <= line.reported <= line.enterprises
        assert line.trained <= line.enterprises
        assert line.paired <= line.pairs == len(one.rows["pairs"])
        for row in one.rows["coverage"]:
            paired, reported = numbers(row, "paired", "reported")
            assert paired <= reported <= line.reported


def test_places_together_contain_every_enterprise(counted: list[Counted]) -> None:
    for one in counted:
        overview = {row["headline"]: row["value"] for row in one.rows["overview"]}
        # An enterprise without a place can count in the places of two of its rounds.
        assert sum(int(row["enterprises"]) for row in one.rows["regions"]) >= int(overview["enterprises"])
        assert int(overview["places"]) == sum(row["place"] != "" for row in one.rows["regions"])
