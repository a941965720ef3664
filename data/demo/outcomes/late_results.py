"""Late forms: the last results of a programme, moved out so that they can be loaded as a second batch."""

from pathlib import Path

LATE_AT_MOST = 200
LATE_SHARE = 50  # one row in 50 is late

_TAIL = 64 * 1024


def hold_back(folder: Path, late: Path, results: int) -> int:
    """Move the last of the `results` rows in `folder` to the new folder `late`. Returns the number of rows moved."""
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
