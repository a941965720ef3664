"""A small programme that loads without warnings, and functions that write it, or a broken copy, as files."""

import csv
import io
from pathlib import Path

from openpyxl import Workbook

Cells = dict[str, object]
Rows = dict[str, list[Cells]]


def small_programme() -> Rows:
    """Two enterprises, one round, one training and one result each: every rule is satisfied."""
    trained = {"round": "r1", "module": "m1", "workshop_on": "2014-06-12", "visits_done": 1}
    return {
        "programme": [
            {"code": "demo", "name_en": "Demo", "as_of": "2014-12-31", "synthetic": "yes", "public": "no"}
        ],
        "source": [{"code": "s1", "title_en": "A letter", "published_on": "2014-12"}],
        "phase": [{"code": "two", "name_en": "Phase II", "starts_on": "2013", "ends_on": "2017"}],
        "place": [
            {"code": "x-cn", "name_en": "China", "level": "country"},
            {"code": "510000", "name_zh": "四川省", "level": "province", "parent": "x-cn", "latitude": 30.6},
        ],
        "sector": [{"code": "machinery", "name_zh": "机械"}],
        "partner": [{"code": "cec", "name_en": "Confederation", "kind": "employers"}],
        "module": [{"code": "m1", "position": 1, "name_en": "Cooperation"}],
        "indicator": [
            {"code": "defects", "name_en": "Defects", "family": "kpi", "unit": "percent", "better": "down"},
            {"code": "savings", "name_en": "Savings", "family": "kpi", "unit": "cny", "better": "up"},
            {"code": "ideas", "name_en": "Ideas", "family": "kpi", "unit": "count", "better": "up"},
            {"code": "team", "name_en": "Team", "family": "practice", "unit": "yes-no", "better": "up"},
        ],
        "round": [{"code": "r1", "name_en": "First batch", "phase": "two", "started_on": "2014-06"}],
        "round_place": [{"round": "r1", "place": "510000"}],
        "round_partner": [{"round": "r1", "partner": "cec", "role": "owner"}],
        "enterprise": [
            {"code": "a", "name_zh": "甲厂", "may_be_named": "no", "workers": 100, "workers_women": 40},
            {"code": "b", "name_en": "Works B", "place": "510000", "sector": "machinery"},
        ],
        "enrolment": [{"enterprise": "a", "round": "r1", "recruited_on": "2014-05"}],
        "training": [
            {"enterprise": "a", **trained, "completed_on": "2014-09-02", "managers": 4, "workers": 6, "women": 5},
            {"enterprise": "b", **trained},
        ],
        "result": [
            {"enterprise": "a", "round": "r1", "module": "m1", "indicator": "defects", "before": 4.5,
             "before_on": "2014-06", "after": 3.5, "after_on": "2014-09-02"},
            {"enterprise": "b", "indicator": "team", "before": "no", "after": "yes", "source": "s1"},
        ],
        "reported_figure": [{"code": "f1", "indicator": "ideas", "value": 120, "operator": ">"}],
        "target": [{"indicator": "ideas", "place": "x-cn", "due_on": "2015-12", "value": 0}],
        "trainer": [{"code": "t1", "sex": "f", "organisation": "cec"}],
        "trainer_level": [{"trainer": "t1", "module": "m1", "level": "expert", "reached_on": "2014"}],
        "event": [
            {"code": "e1", "kind": "tot", "name_en": "Training of trainers", "status": "held",
             "starts_on": "2014-10-20", "ends_on": "2014-10-24", "participants": 12, "women": 5},
        ],
        "event_partner": [{"event": "e1", "partner": "cec"}],
        "story": [{"code": "st1", "enterprise": "a", "title_en": "Tidy store"}],
    }  # fmt: skip


def columns_of(rows: list[Cells]) -> list[str]:
    """Every column of the rows, in order of appearance."""
    return list(dict.fromkeys(name for row in rows for name in row))


def csv_text(rows: list[Cells], delimiter: str = ",", end: str = "\n") -> str:
    """The rows as the text of a CSV file."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end)
    names = columns_of(rows)
    writer.writerow(names)
    writer.writerows([["" if row.get(name) is None else row[name] for name in names] for row in rows])
    return stream.getvalue()


def write_folder(folder: Path, tables: Rows) -> Path:
    """The tables as `<table>.csv` in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8", newline="")
    return folder


def workbook_of(tables: Rows) -> Workbook:
    """The tables as a workbook, one sheet each."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        names = columns_of(rows)
        sheet.append(names)
        for row in rows:
            sheet.append([row.get(column) for column in names])
    return book


def write_workbook(path: Path, tables: Rows) -> Path:
    """The tables as one workbook at `path`."""
    workbook_of(tables).save(path)
    return path
