"""The memory and seconds that hostile requests cost a server with one worker.

    .venv/bin/python -m benchmarks.attacks [sqlite:///results.db]

prints JSON by attack: ``answered`` (the status, or how the connection ended without one), after how many ``seconds``;
the memory of the worker ``before``, and its ``peak``, in MiB; and the longest time in seconds that another client had
to ``wait`` for /health. Each attack has its own server on the loopback. A client waits at most two minutes.
"""

import argparse
import http.client
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter
from typing import Any
from urllib.request import urlopen

from benchmarks.databases import programme_file
from benchmarks.serving import Served, served
from dashboard.pages.plain_pages import UPDATE
from data.storage.database import file_of

PATIENCE = 120.0
"""Maximum seconds that a client waits for a response."""

ONE_WORKER = ("--workers", "1")
MEGABYTE = 1000**2
FORM = "application/x-www-form-urlencoded"
UPLOAD = (
    b'--part\r\nContent-Disposition: form-data; name="files"; filename="sector.csv"\r\n\r\n'
    b"code,name_en\r\nshoes,Shoes\r\n--part--\r\n"
)


@dataclass(frozen=True)
class Attack:
    """One hostile request.

    ``who`` is a key of the cookies of a served application; empty for nobody. ``locked``: another connection locks the
    results database meanwhile.
    """

    path: str
    kind: str
    body: Callable[[], bytes]
    who: str = ""
    locked: bool = False


ATTACKS = {
    "30 MB of fields by nobody": Attack("/sign-in", FORM, lambda: b"a=&" * (30 * MEGABYTE // 3)),
    "1 MB of fields by nobody": Attack("/sign-in", FORM, lambda: b"a=&" * (MEGABYTE // 3)),
    "48 MB to a callback, through a link": Attack(
        UPDATE, "application/json", lambda: b"[" + b"[]," * (48 * MEGABYTE // 3) + b"[]]", "donor"
    ),
    "upload to a locked record": Attack(
        "/import", "multipart/form-data; boundary=part", lambda: UPLOAD, "manager", locked=True
    ),
}


def measure(database_url: str) -> dict[str, dict[str, Any]]:
    """Carry out each attack on a copy of a SQLite database; raises ValueError for another database."""
    path = file_of(database_url)
    if path is None:
        raise ValueError("the attacks need a SQLite file, to lock it")
    figures = {}
    for name, attack in ATTACKS.items():
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "results.db"
            shutil.copyfile(path, copy)
            with served(f"sqlite:///{copy}", options=ONE_WORKER) as server, closing(sqlite3.connect(copy)) as lock:
                if attack.locked:
                    lock.execute("BEGIN EXCLUSIVE")
                figures[name] = carry_out(server, attack)
                lock.rollback()
    return figures


def carry_out(server: Served, attack: Attack) -> dict[str, Any]:
    """Carry out one attack; the figures are explained in the module's docstring."""
    (worker,) = server.workers()
    before = memory(worker, "VmRSS")
    waits = [0.0]
    finished = Event()

    def watch_health() -> None:
        while not finished.wait(0.2):
            began = perf_counter()
            try:
                urlopen(f"{server.address}/health", timeout=PATIENCE).close()
            except OSError as error:
                if not hasattr(error, "code"):
                    continue
            finally:
                waits.append(perf_counter() - began)

    watcher = Thread(target=watch_health)
    watcher.start()
    began = perf_counter()
    answered = post(server, attack)
    seconds = perf_counter() - began
    finished.set()
    watcher.join()
    return {
        "answered": answered,
        "seconds": round(seconds, 1),
        "before": before,
        "peak": memory(worker, "VmHWM"),
        "wait": round(max(waits), 1),
    }


def post(server: Served, attack: Attack) -> int | str:
    """Post an attack; returns the status, or how the connection ended without one."""
    headers = {"Content-Type": attack.kind, "Cookie": server.cookies.get(attack.who, "")}
    host = server.address.removeprefix("http://")
    with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
        try:
            with suppress(ConnectionError):  # the server may respond before it cuts the connection
                connection.request("POST", attack.path, attack.body(), headers)
            return connection.getresponse().status
        except TimeoutError:
            return f"not in {PATIENCE:.0f} s"
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__


def memory(pid: int, what: str) -> float:
    """The memory of a process in MiB: now (VmRSS), or its peak (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{what}:"):
            return round(int(line.split()[1]) / 1024)
    raise ValueError(what)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database_url", nargs="?")
    options = parser.parse_args()
    print(json.dumps(measure(options.database_url or f"sqlite:///{programme_file(1000)}"), indent=2))


if __name__ == "__main__":
    main()
