"""What lies at a path, read: a folder of ``<table>.csv`` or one ``.xlsx`` workbook."""

from pathlib import Path

from data.loading.csv_folder import read_folder
from data.loading.findings import Spot, Unfit, refusal
from data.loading.sheets import Reading
from data.loading.workbook import read_workbook


def read(path: Path) -> Reading:
    """The sheets at `path`; what cannot be read is a refusal, never an exception."""
    try:
        if path.is_dir():
            return read_folder(path)
        if path.exists():
            return read_workbook(path)
        problem = Unfit("no-file")
    except Unfit as unfit:
        problem = unfit
    except OSError:
        problem = Unfit("unreadable")
    return Reading((), (refusal(Spot(path.name), problem.reason, **problem.details),), path.parent)
