"""Folders of the synthetic programme for its tests, and functions that read their cells."""

import csv
import re
from datetime import date

from data.demo import write_demo

AS_OF = date(2017, 6, 30)


def rows_of(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text):
    """The first day of a date cell; raises for anything but YYYY-MM-DD and YYYY-MM."""
    assert re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", text), text
    return date.fromisoformat(text if len(text) == 10 else f"{text}-01")


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
