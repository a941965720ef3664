"""A programme of ten enterprises, small enough to count by hand, and the way rows get into a test's database.

Two rounds with enterprises and one planned; the record date is 31 December 2014. The enterprises, one per line:

====  ==================  =========  =======  ======  ==========================================================
code  place               sector     workers  rounds  what happened by the end of 2014
====  ==================  =========  =======  ======  ==========================================================
a     Qingdao             machinery  100      r1, r2  m1 completed in r1, planned again in r2; m2 completed
b     Qingdao             machinery  50       r1      m1 in progress; m3 dropped before it began
c     Shandong            garments   ?        r1      m1 in progress, of which only the assessment has a record;
                                                      m2 overdue
d     (r1's: Qingdao)     garments   200      r1      m1 dropped after the workshop, without a visit
e     (not given)         (blank)    80       r2      m1 completed, and nothing else planned
f     Shanghai            machinery  120      r2      m1 not yet due; m3 in progress
g     Shanghai            garments   ?        r2      m1 overdue since the very day
h     Shanghai            garments   40       r2      left the round after the workshop of m1: dropped
i     (Qingdao, then      machinery  60       r1, r2  m1 dropped in r1, in progress in r2
      not given)
j     Qingdao             machinery  30       r2      recruited in 2015 only: not seen yet
====  ==================  =========  =======  ======  ==========================================================

An enterprise without a place counts through its round's single place: r1 has one (Qingdao), r2 has two.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Engine, insert

from data.storage.database import create_tables
from data.storage.schema import results

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def load_rows(engine: Engine, rows: Tables) -> None:
    """Put `rows` (table name → rows) into the engine's database as they are, past the loader; makes the tables.

    A column a row leaves out is blank: '' in a key, NULL elsewhere. A date without a precision is a day.
    """
    create_tables(engine)
    with engine.begin() as connection:
        for name, listed in rows.items():
            table = results.tables[name]
            unknown = {column for row in listed for column in row} - set(table.columns.keys())
            assert not unknown, f"{name} has no column {unknown}"
            blank = {column.name: "" if column.primary_key else None for column in table.columns}
            if listed:
                connection.execute(insert(table), [blank | precise(row, blank) | row for row in listed])


def precise(row: Row, columns: Iterable[str]) -> Row:
    """The precision `day` of each date of a row, as the loader writes it; NULL where there is no date."""
    dates = {name: name.removesuffix("_precision") for name in columns if name.endswith("_precision")}
    return {name: None if row.get(of) is None else "day" for name, of in dates.items()}


def with_more(tables: Tables, many: int = 60) -> Tables:
    """The tables with so many more enterprises in round 1, x00 and so on, every other one of machinery: enough to be
    shown under a threshold.
    """
    codes = [f"x{n:02}" for n in range(many)]
    rows = [
        {"code": code, "name_en": code, "place": "370200", "sector": (None, "machinery")[at % 2]}
        for at, code in enumerate(codes)
    ]
    return tables | {
        "enterprise": [*tables["enterprise"], *rows],
        "enrolment": [*tables["enrolment"], *({"enterprise": code, "round": "r1"} for code in codes)],
    }


AS_OF = date(2014, 12, 31)


def _named(code: str, name: str, **columns: Any) -> Row:
    return {"code": code, "name_en": name, "name_zh": f"{name}（中）", **columns}


def _enterprise(code: str, place: str | None, sector: str | None, workers: int | None) -> Row:
    return _named(code, f"Enterprise {code.upper()}", place=place, sector=sector, workers=workers, source="sheet")


def _enrolment(
    enterprise: str, round_code: str, recruited_on: date, baseline_on: date | None = None, **columns: Any
) -> Row:
    keys = {"enterprise": enterprise, "round": round_code, "source": "sheet"}
    return keys | {"recruited_on": recruited_on, "baseline_on": baseline_on, **columns}


def _training(enterprise: str, round_code: str, module: str, **columns: Any) -> Row:
    return {"enterprise": enterprise, "round": round_code, "module": module, "source": "sheet", **columns}


def _result(enterprise: str, round_code: str, module: str, indicator: str, **columns: Any) -> Row:
    keys = {"enterprise": enterprise, "round": round_code, "module": module, "indicator": indicator}
    return {**keys, "operator": "=", "source": "sheet", **columns}


_R1_RECRUITED = date(2013, 1, 10)
_R2_RECRUITED = date(2014, 8, 20)
_R1_WORKSHOP = date(2013, 3, 10)
_R2_WORKSHOP = date(2014, 10, 1)

PROGRAMME: Tables = {
    "programme": [_named("score", "Programme", as_of=AS_OF, synthetic=True, public=False)],
    "source": [
        # Older than every fact, so that what has no date of its own is seen as soon as it may be.
        {"code": "sheet", "title_en": "Sheet", "published_on": date(2012, 12, 31)},
        {"code": "report", "title_en": "Report", "published_on": date(2014, 6, 30)},
    ],
    "phase": [
        _named("p1", "Phase 1", starts_on=date(2012, 1, 1)),
        _named("p2", "Phase 2", starts_on=date(2014, 1, 1)),
    ],
    "place": [
        _named("100000", "China", level="country"),
        _named("370000", "Shandong", level="province", parent="100000"),
        _named("370200", "Qingdao", level="city", parent="370000"),
        _named("310000", "Shanghai", level="province", parent="100000"),
    ],
    "sector": [_named("machinery", "Machinery"), _named("garments", "Garments")],
    "partner": [
        _named("fed", "Federation", kind="employers"),
        _named("fed-qd", "Federation, Qingdao office", kind="employers", parent="fed"),
        _named("buyer", "Buyer", kind="buyer"),
    ],
    "module": [
        _named("m1", "Module 1", position=1),
        _named("m2", "Module 2", position=2),
        _named("m3", "Module 3", position=3),
    ],
    "indicator": [
        _named("defects", "Defects", family="kpi", unit="percent", better="down"),
        _named("headcount", "Headcount", family="kpi", unit="count", better="context"),
        _named("output", "Output", family="kpi", unit="count-per-month", better="up"),
        _named("plan", "Has a plan", family="practice", unit="yes-no", better="up"),
        _named("reach", "Enterprises reached", family="reach", unit="count", better="up"),
    ],
    "round": [
        _named("r1", "Round 1", phase="p1", number=1, started_on=date(2013, 1, 1)),
        _named("r2", "Round 2", phase="p2", number=2, started_on=date(2014, 8, 1)),
        _named("r3", "Round 3", phase="p2", number=3, planned_start=date(2015, 6, 1)),  # without enterprises yet
    ],
    "round_place": [
        {"round": "r1", "place": "370200"},
        {"round": "r2", "place": "370200"},
        {"round": "r2", "place": "310000"},
        {"round": "r3", "place": "310000"},
    ],
    "round_partner": [
        {"round": "r1", "partner": "fed-qd", "role": "owner"},
        {"round": "r1", "partner": "buyer", "role": "sponsor"},
        {"round": "r2", "partner": "buyer", "role": "owner"},
        {"round": "r2", "partner": "buyer", "role": "funder"},
        {"round": "r3", "partner": "fed", "role": "owner"},
    ],
    "enterprise": [
        _enterprise("a", "370200", "machinery", 100),
        _enterprise("b", "370200", "machinery", 50),
        _enterprise("c", "370000", "garments", None),
        _enterprise("d", None, "garments", 200),
        _enterprise("e", None, None, 80),
        _enterprise("f", "310000", "machinery", 120),
        _enterprise("g", "310000", "garments", None),
        _enterprise("h", "310000", "garments", 40),
        _enterprise("i", None, "machinery", 60),
        _enterprise("j", "370200", "machinery", 30),
    ],
    "enrolment": [
        _enrolment("a", "r1", _R1_RECRUITED, date(2013, 1, 15)),
        _enrolment("b", "r1", _R1_RECRUITED, date(2013, 1, 15)),
        _enrolment("c", "r1", _R1_RECRUITED),
        _enrolment("d", "r1", _R1_RECRUITED, date(2013, 1, 20)),
        _enrolment("i", "r1", _R1_RECRUITED),
        _enrolment("a", "r2", _R2_RECRUITED),
        _enrolment("e", "r2", _R2_RECRUITED, date(2014, 9, 1)),
        _enrolment("f", "r2", _R2_RECRUITED),
        _enrolment("g", "r2", _R2_RECRUITED, date(2014, 9, 2)),
        _enrolment("h", "r2", _R2_RECRUITED, left_on=date(2014, 11, 15)),
        _enrolment("i", "r2", _R2_RECRUITED, date(2014, 9, 3)),
        _enrolment("j", "r2", date(2015, 2, 1)),
    ],
    "training": [
        _training(
            "a", "r1", "m1", due_on=_R1_WORKSHOP, workshop_on=_R1_WORKSHOP, visits_planned=2, visits_done=2,
            assessed_on=date(2013, 5, 20), completed_on=date(2013, 6, 1), managers=3, workers=10, women=4,
        ),
        # Completed without a record of a visit or an assessment.
        _training(
            "a", "r1", "m2", due_on=date(2013, 9, 1), workshop_on=date(2013, 9, 1), completed_on=date(2013, 12, 1),
            managers=2, workers=8,
        ),
        _training("a", "r2", "m1", due_on=date(2015, 3, 1)),
        _training(
            "b", "r1", "m1", due_on=_R1_WORKSHOP, workshop_on=_R1_WORKSHOP, visits_planned=2, visits_done=1,
            managers=1, women=1,
        ),
        _training("b", "r1", "m3", due_on=date(2014, 1, 31), dropped_on=date(2014, 5, 1)),
        _training("c", "r1", "m1", due_on=_R1_WORKSHOP, assessed_on=date(2013, 5, 20)),
        _training("c", "r1", "m2", due_on=date(2014, 6, 30)),
        _training(
            "d", "r1", "m1", due_on=_R1_WORKSHOP, workshop_on=_R1_WORKSHOP, visits_planned=2, visits_done=0,
            dropped_on=date(2013, 6, 1), managers=2, workers=6, women=3,
        ),
        _training(
            "e", "r2", "m1", due_on=_R2_WORKSHOP, workshop_on=_R2_WORKSHOP, visits_planned=2, visits_done=1,
            assessed_on=date(2014, 11, 1), completed_on=date(2014, 12, 1), managers=0, workers=5, women=5,
        ),
        _training("f", "r2", "m1", due_on=date(2015, 3, 1), visits_planned=2),
        _training(
            "f", "r2", "m3", due_on=date(2014, 11, 1), workshop_on=date(2014, 11, 1), managers=1, workers=4, women=0
        ),
        _training("g", "r2", "m1", due_on=AS_OF),
        _training("h", "r2", "m1", due_on=_R2_WORKSHOP, workshop_on=_R2_WORKSHOP, visits_done=1, workers=7, women=2),
        _training(
            "i", "r1", "m1", due_on=_R1_WORKSHOP, workshop_on=_R1_WORKSHOP, visits_done=1,
            dropped_on=date(2013, 8, 1), managers=2, workers=2, women=1,
        ),
        _training("i", "r2", "m1", due_on=_R2_WORKSHOP, workshop_on=_R2_WORKSHOP, managers=1, workers=3),
        _training("j", "r2", "m1", due_on=date(2015, 3, 1), workshop_on=date(2015, 3, 1), managers=1, workers=1),
    ],
    "result": [
        # Two rows of one enterprise: the pair is the first before (10) and the last after (5).
        _result(
            "a", "r1", "m1", "defects",
            before=10, before_on=date(2013, 3, 1), after=8, after_on=date(2013, 6, 1), source="report",
        ),
        _result(
            "a", "r1", "m2", "defects",
            before=8, before_on=date(2013, 9, 1), after=5, after_on=date(2013, 12, 1),
        ),
        _result("b", "r1", "m1", "defects", before=0, after=2),
        _result("d", "r1", "m1", "defects", before=4, after=4),
        # Measured again in 2015 only.
        _result(
            "e", "r2", "m1", "defects", before=6, before_on=date(2014, 10, 1), after=3, after_on=date(2015, 1, 31)
        ),
        _result("h", "r2", "m1", "defects", before=20, after=10, operator="<"),
        _result("i", "r1", "m1", "defects", change_percent=-30),
        _result(
            "j", "r2", "m1", "defects", before=10, before_on=date(2015, 3, 1), after=2, after_on=date(2015, 6, 1)
        ),
        # Of no round and no module: it follows the enterprise.
        _result("a", "", "", "headcount", before=100, after=110, source=None),
        _result("g", "r2", "", "output", after=5),
        _result("a", "r1", "m1", "plan", before=0, after=1),
        _result("b", "r1", "m1", "plan", before=1, after=1),
        _result("c", "r1", "m1", "plan", before=0),
        _result("d", "r1", "m1", "plan", before=1, after=0),
        _result("e", "r2", "m1", "plan", before=0, after=0),
        # A row in which nothing is filled in reports nothing.
        _result("f", "r2", "m1", "plan"),
    ],
    "reported_figure": [
        {
            "code": "qingdao-2013", "indicator": "reach", "place": "370200", "phase": "p1", "as_of": date(2013, 12, 31),
            "value": 300, "operator": ">", "source": "report",
        },
        {
            "code": "round-2", "indicator": "defects", "round": "r2", "as_of": date(2014, 6, 30), "value": 20.5,
            "operator": "=", "base": 12, "source": "report",
        },
        {"code": "next-year", "indicator": "reach", "as_of": date(2015, 3, 1), "value": 400, "operator": "="},
        {"code": "undated", "indicator": "reach", "partner": "fed-qd", "value": 0, "operator": "~"},
    ],
}  # fmt: skip
