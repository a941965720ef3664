"""Fifty viewers while hosts die: what tests/test_machines.py sees, told in numbers.

    .venv/bin/python -m benchmarks.failover

prints JSON, a line for each thing that happens: how many answers were ``right``, how many tries were in vain (by why),
the ``longest`` anyone waited for a right answer, in seconds, reading the one before included, and the ``most_tries`` in
vain anyone needed. A wrong number or a lost session fails the test, and with it this.
"""

import ast
import json
import re
import subprocess
import sys
from typing import Any

from benchmarks.serving import ROOT

_TOLD = re.compile(r"^(.+): (\{.*\}); longest wait ([\d.]+) s, most tries in vain (\d+)$", re.MULTILINE)


def measure() -> list[dict[str, Any]]:
    """Run the test, and read what it says."""
    test = "tests/test_machines.py::test_hosts_die_and_nobody_sees_a_wrong_number_or_loses_a_session"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", test],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout[-1500:])
    found = []
    for event, counts, longest, tries in _TOLD.findall(done.stdout):
        answered = ast.literal_eval(counts)
        right = answered.pop("right", 0)
        found.append(
            {
                "event": event.lstrip("."),
                "right": right,
                "in_vain": answered,
                "longest": float(longest),
                "most_tries": int(tries),
            }
        )
    return found


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
