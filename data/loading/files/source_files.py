"""What lies at a path, read: a folder of ``<table>.csv`` or one ``.xlsx`` workbook."""

from pathlib import Path

from data.loading.checks.remarks import Spot, Unfit, refusal
from data.loading.files.csv_folder import read_folder
from data.loading.files.sheets import Heard, Reading
from data.loading.files.workbook import read_workbook


def read(path: Path, heard: Heard = lambda _: None) -> Reading:
    """The sheets at `path`; what cannot be read is a refusal, never an exception.

    `heard` is told now and then the share that is read, from 0 to 1.
    """
    try:
        if path.is_dir():
            return read_folder(path, heard)
        if path.exists():
            return read_workbook(path, heard)
        problem = Unfit("no-file")
    except Unfit as unfit:
        problem = unfit
    except OSError:
        problem = Unfit("unreadable")
    return Reading((), (refusal(Spot(path.name), problem.reason, **problem.details),), path.parent)
