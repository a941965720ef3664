"""Folders of the synthetic programme for its tests, and functions that read their cells."""

import csv
import re
from calendar import monthrange
from datetime import date

from data.demo import write_demo

AS_OF = date(2017, 6, 30)


def rows_of(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text):
    """The first day of a date cell; raises for anything but a day, a month, a year and ``by`` a month.

    A fact of the programme with a ``by`` date happened in the month named.
    """
    assert re.fullmatch(r"\d{4}(-\d{2}){0,2}|by \d{4}-\d{2}", text), text
    known = text.removeprefix("by ")
    return date.fromisoformat(known + "-01-01"[len(known) - 4 :])


def last_day(text):
    """The last day of a date cell."""
    known = text.removeprefix("by ")
    year, month, *_day = (*(int(part) for part in known.split("-")), 12)
    return {10: day(text), 7: date(year, month, monthrange(year, month)[1]), 4: date(year, 12, 31)}[len(known)]


def folders(tmp_path_factory):
    """A function from a number of enterprises and a seed to their folder; each is written once."""
    written = {}

    def folder_of(enterprises, seed=1):
        if (enterprises, seed) not in written:
            folder = tmp_path_factory.mktemp("demo") / "folder"
            write_demo(folder, enterprises, seed)
            written[enterprises, seed] = folder
        return written[enterprises, seed]

    return folder_of
