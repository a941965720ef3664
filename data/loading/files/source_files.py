"""Reads the source at a path: a folder of ``<table>.csv`` files or one ``.xlsx`` workbook."""

from pathlib import Path

from data.loading.checks.remarks import Spot, Unfit, refusal
from data.loading.files.csv_folder import read_folder
from data.loading.files.sheets import Reading, ReadProgress
from data.loading.files.workbook import read_workbook


def read(path: Path, progress: ReadProgress = lambda _: None) -> Reading:
    """The sheets at `path`. Anything unreadable becomes a refusal, never an exception."""
    try:
        if path.is_dir():
            return read_folder(path, progress)
        if path.exists():
            return read_workbook(path, progress)
        problem = Unfit("no-file")
    except Unfit as unfit:
        problem = unfit
    except OSError:
        problem = Unfit("unreadable")
    return Reading((), (refusal(Spot(path.name), problem.reason, **problem.details),), path.parent)
