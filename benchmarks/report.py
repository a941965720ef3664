"""The text of docs/performance.md: the goals with their figures, then each measure."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.goals import goals
from benchmarks.sections import section, table

_INTRODUCTION = """Written by `make bench`; what stands here was measured, each ratio within one run. Minimum, median
and maximum of three repeats or more, where nothing else is said, stand as *min / median / max*."""


def goals_met(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The table of the goals alone."""
    figures = {name: result["found"] for name, result in results.items() if "found" in result}
    return table(("goal", "figure", "met"), goals(figures))


def write_report(results: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> str:
    """The whole document, from the stored results of the measures `names`."""
    parts = [
        "# Performance",
        _INTRODUCTION,
        "\n".join(f"- {line}" for line in _about(results, names)),
        "## Goals",
        goals_met(results),
        _remarks(),
    ]
    for name in names:
        parts += [f"## {name}", section(name, results.get(name))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _remarks() -> str:
    """The remarks about the figures, which are written by hand and stored in remarks.md."""
    path = Path(__file__).with_name("remarks.md")
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _about(results: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> Iterator[str]:
    measured = [results[name] for name in names if name in results]
    commits = sorted({each["commit"] for each in measured})
    if measured:
        yield f"measured {min(each['at'] for each in measured)} to {max(each['at'] for each in measured)}"
    yield f"of commit {', '.join(commits) or 'none'}"
    yield f"on {_processor()}, {os.cpu_count()} cores, {_memory():.0f} GiB, {platform.system()} {platform.release()}"
    packages = ("dash", "plotly", "pandas", "numpy", "sqlalchemy", "psycopg", "gunicorn", "flask")
    yield f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in packages)
    if measured:
        busy = max(each["load_before"] for each in measured)
        yield f"the machine's load before a measure was at most {busy:.1f}, the measure just done included"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
