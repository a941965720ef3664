"""Runs all benchmarks that have a goal, and writes docs/performance.md.

    make bench                                         the measures that this commit has no figures for
    .venv/bin/python -m benchmarks --anew              all measures
    .venv/bin/python -m benchmarks --only load,kept    only these measures
    .venv/bin/python -m benchmarks --list              the names of the measures

Each measure runs in its own process and writes its figures to instance/bench/figures/. A measure that fails, takes too
long or needs a missing program is reported as failed. The others still run.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from os import getloadavg
from pathlib import Path
from typing import Any

from benchmarks import databases
from benchmarks.report import goals_met, write_report

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "instance" / "bench" / "figures"
REPORT = ROOT / "docs" / "performance.md"


@dataclass(frozen=True)
class Measure:
    """A measure: a module of the benchmarks, the call that measures, and the maximum number of seconds."""

    module: str
    call: Callable[[Any], Any]
    most: int = 240


def _sqlite(enterprises: int) -> str:
    return f"sqlite:///{databases.programme_file(enterprises)}"


def _on_both(module: Any, enterprises: int, **options: Any) -> dict[str, Any]:
    measure = partial(module.measure, scope=databases.DONOR, **options)
    by_database = {"sqlite": measure(_sqlite(enterprises))}
    with databases.on_postgres(databases.programme_file(enterprises)) as (server,):
        return by_database | {"postgresql": measure(databases.url("score", server))}


MEASURES: dict[str, Measure] = {
    "first_load": Measure("first_load", lambda loads: loads.measure(_sqlite(1_000))),
    "filter_change": Measure("filter_change", lambda choices: choices.measure(_sqlite(1_000)), 300),
    "callbacks_5000": Measure("callbacks", lambda callbacks: _on_both(callbacks, 5_000), 500),
    "callbacks_100000": Measure("callbacks", lambda callbacks: _on_both(callbacks, 100_000), 900),
    "kept": Measure("kept", lambda kept: kept.measure(_sqlite(1_000), scope=databases.DONOR), 300),
    "load": Measure("load", lambda load: load.measure(_sqlite(1_000)), 400),
    "shards": Measure("shards", lambda shards: shards.measure(), 400),
    "failover": Measure("failover", lambda failover: failover.measure(), 400),
    "peers": Measure("peers", lambda peers: peers.measure(_sqlite(5_000)), 600),
    "attacks": Measure("attacks", lambda attacks: attacks.measure(_sqlite(1_000)), 500),
    "size": Measure("size", lambda size: size.measure(), 900),
}


def take(measure: Measure) -> Any:
    """The figures of a measure, taken in this process."""
    return measure.call(import_module(f"benchmarks.{measure.module}"))


def run(name: str, measure: Measure, folder: Path, commit: str) -> dict[str, Any]:
    """Run a measure in its own process and store its figures (``found``), or the reason why it ``failed``."""
    started, load_before = time.monotonic(), getloadavg()[0]
    circumstances = {
        "commit": commit,
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "load_before": round(load_before, 1),
    }
    outcome: dict[str, Any]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", "--take", name],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=measure.most,
        )  # fmt: skip
        last_line = done.stdout.rstrip().rsplit("\n", 1)[-1]
        outcome = {"found": json.loads(last_line)} if done.returncode == 0 else {"failed": _last_line(done.stderr)}
    except subprocess.TimeoutExpired:
        outcome = {"failed": f"it took longer than {measure.most} s"}
    except ValueError as error:
        outcome = {"failed": f"it told no figures: {error}"}
    result = circumstances | {"took": round(time.monotonic() - started)} | outcome
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    return result


def _last_line(output: str) -> str:
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "it said nothing")[:300]


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """The stored results, by measure."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def run_all(measures: dict[str, Measure], folder: Path, *, anew: bool = False) -> None:
    """Run each measure, unless this commit has its figures already."""
    commit = current_commit()
    for name, measure in measures.items():
        stored = read(folder).get(name, {})
        if not anew and stored.get("commit") == commit and "found" in stored:
            print(f"{name}: taken already", file=sys.stderr)
            continue
        print(f"{name}: …", end=" ", file=sys.stderr, flush=True)
        result = run(name, measure, folder, commit)
        print(f"{result['took']} s" + (f", failed: {result['failed']}" if "failed" in result else ""), file=sys.stderr)


def current_commit() -> str:
    """The measured commit, with a mark where files differ from it."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or "unknown"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(MEASURES), help="names, with commas between them")
    parser.add_argument("--anew", action="store_true", help="measure again what was measured")
    parser.add_argument("--list", action="store_true", help="say what there is to measure")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the report alone")
    parser.add_argument("--take", choices=MEASURES, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    chosen = options.only.split(",")
    if unknown := sorted(set(chosen) - set(MEASURES)):
        parser.error(f"there is no measure {', '.join(unknown)}: see --list")
    if options.take:
        print(json.dumps(take(MEASURES[options.take])))
    elif options.list:
        print("\n".join(MEASURES))
    else:
        if not options.report:
            run_all({name: MEASURES[name] for name in chosen}, FIGURES, anew=options.anew)
        results = read(FIGURES)
        REPORT.write_text(write_report(results, list(MEASURES)), encoding="utf-8")
        print(goals_met(results))
        print(f"Written to {REPORT.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
