"""Measures everything there is a goal for, and writes docs/performance.md.

    make bench                                         whatever of it this commit has not measured yet
    .venv/bin/python -m benchmarks --anew              everything
    .venv/bin/python -m benchmarks --only load,kept    these alone
    .venv/bin/python -m benchmarks --list              what there is to measure

Each measure runs in a process of its own and leaves its figures in instance/bench/figures/. One that fails, takes too
long or lacks a program is reported as such and stops none of the others.
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
    """Something to measure: a module of the benchmarks, what is asked of it, and the most seconds it may take."""

    module: str
    ask: Callable[[Any], Any]
    most: int = 240


def _sqlite(enterprises: int) -> str:
    return f"sqlite:///{databases.made(enterprises)}"


def _on_both(callbacks: Any, enterprises: int, **options: Any) -> dict[str, Any]:
    measure = partial(callbacks.measure, scope=databases.DONOR, **options)
    told = {"sqlite": measure(_sqlite(enterprises))}
    with databases.on_postgres(databases.made(enterprises)) as (server,):
        return told | {"postgresql": measure(databases.url("score", server))}


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
    """What a measure finds, in this process."""
    return measure.ask(import_module(f"benchmarks.{measure.module}"))


def run(name: str, measure: Measure, folder: Path, commit: str) -> dict[str, Any]:
    """Take a measure in a process of its own, and keep what came of it: ``found``, or why it ``failed``."""
    began, load = time.monotonic(), getloadavg()[0]
    about = {"commit": commit, "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "load_before": round(load, 1)}
    came: dict[str, Any]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", "--take", name],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=measure.most,
        )  # fmt: skip
        last = done.stdout.rstrip().rsplit("\n", 1)[-1]
        came = {"found": json.loads(last)} if done.returncode == 0 else {"failed": _last_words(done.stderr)}
    except subprocess.TimeoutExpired:
        came = {"failed": f"it took longer than {measure.most} s"}
    except ValueError as error:
        came = {"failed": f"it told no figures: {error}"}
    kept = about | {"took": round(time.monotonic() - began)} | came
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return kept


def _last_words(said: str) -> str:
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it said nothing")[:300]


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """What was kept, by measure."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def run_all(measures: dict[str, Measure], folder: Path, *, anew: bool = False) -> None:
    """Take each measure, unless it was taken of this commit already and did not fail."""
    commit = current_commit()
    for name, measure in measures.items():
        kept = read(folder).get(name, {})
        if not anew and kept.get("commit") == commit and "found" in kept:
            print(f"{name}: taken already", file=sys.stderr)
            continue
        print(f"{name}: …", end=" ", file=sys.stderr, flush=True)
        told = run(name, measure, folder, commit)
        print(f"{told['took']} s" + (f", failed: {told['failed']}" if "failed" in told else ""), file=sys.stderr)


def current_commit() -> str:
    """The commit that is measured; marked where files differ from it."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or "unknown"


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(MEASURES), help="names, with commas between them")
    parser.add_argument("--anew", action="store_true", help="measure again what was measured")
    parser.add_argument("--list", action="store_true", help="say what there is to measure")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the report alone")
    parser.add_argument("--take", choices=MEASURES, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    chosen = asked.only.split(",")
    if unknown := sorted(set(chosen) - set(MEASURES)):
        parser.error(f"there is no measure {', '.join(unknown)}: see --list")
    if asked.take:
        print(json.dumps(take(MEASURES[asked.take])))
    elif asked.list:
        print("\n".join(MEASURES))
    else:
        if not asked.report:
            run_all({name: MEASURES[name] for name in chosen}, FIGURES, anew=asked.anew)
        kept = read(FIGURES)
        REPORT.write_text(write_report(kept, list(MEASURES)), encoding="utf-8")
        print(goals_met(kept))
        print(f"Written to {REPORT.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
