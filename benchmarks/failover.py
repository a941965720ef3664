"""Fifty viewers while hosts die: the figures of tests/test_machines.py.

    .venv/bin/python -m benchmarks.failover

prints JSON, one line per event: the number of ``right`` responses, the number of failed tries by reason (``in_vain``),
the ``longest`` time in seconds that a viewer waited for a right response, including the time to read the one before,
and the ``most_tries`` that failed in a row. A wrong number or a lost session fails the test, and this measure with it.
"""

import ast
import json
import re
import subprocess
import sys
from typing import Any

from benchmarks.serving import ROOT

_EVENT_LINE = re.compile(r"^(.+): (\{.*\}); longest wait ([\d.]+) s, most tries in vain (\d+)$", re.MULTILINE)


def measure() -> list[dict[str, Any]]:
    """Run the test and parse its output; raises RuntimeError where it fails."""
    test = "tests/test_machines.py::test_hosts_die_and_nobody_sees_a_wrong_number_or_loses_a_session"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", test],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout[-1500:])
    figures = []
    for event, counts, longest, tries in _EVENT_LINE.findall(done.stdout):
        in_vain = ast.literal_eval(counts)
        right = in_vain.pop("right", 0)
        figures.append(
            {
                "event": event.lstrip("."),
                "right": right,
                "in_vain": in_vain,
                "longest": float(longest),
                "most_tries": int(tries),
            }
        )
    return figures


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
