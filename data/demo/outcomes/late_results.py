"""Forms that come in late: the last results of a programme, held back to be loaded as a second batch."""

from pathlib import Path

LATE_AT_MOST = 200
LATE_SHARE = 50  # one row in so many

_TAIL = 64 * 1024


def hold_back(folder: Path, late: Path, results: int) -> int:
    """Move the last of the `results` in `folder`, so many, into a folder of their own; how many were moved, if any."""
    count = min(LATE_AT_MOST, results // LATE_SHARE)
    if not count:
        return 0
    with (folder / "result.csv").open("r+b") as file:
        header = file.readline()
        size = file.seek(0, 2)
        file.seek(max(len(header), size - _TAIL))
        tail = file.read().splitlines(keepends=True)[-count:]
        file.truncate(size - sum(map(len, tail)))
    late.mkdir()
    (late / "result.csv").write_bytes(header + b"".join(tail))
    return len(tail)
