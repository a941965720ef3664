"""The application under gunicorn as a server runs it, somebody signed in, and wrk asking: for benchmarks of load."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from socket import create_server
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from benchmarks.posting import body
from dashboard.pages.plain_pages import UPDATE
from data import managers
from data.editions.frozen_copies import LIVE
from data.filters import Filters
from data.links.link_terms import Terms
from data.privacy import key
from data.storage.accounts import accounts_engine

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0
"""Seconds a server has to come up."""

_MANAGER = ("bench@example.org", "measured and not guessed")


def free_port() -> int:
    """A port nobody listens at."""
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str], environ: dict[str, str], address: str, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A server while the block runs, from the moment it answers; it and all it started are ended with it."""
    with log.open("ab") as said:
        process = subprocess.Popen(
            command, env=os.environ | environ, stdout=said, stderr=said, cwd=ROOT, start_new_session=True
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers(address):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(address: str) -> bool:
    """Does a server answer, whatever it says?"""
    try:
        urlopen(address, timeout=10).close()
    except OSError as error:
        return hasattr(error, "code")
    return True


@dataclass
class Served:
    """The application at an address; ``cookies`` are of a ``manager``, and of a ``donor`` with a scope and a threshold.

    The donor is a manager who looks through a link before sending it out: signed in, scoped, withheld from, and not
    held to the pace of one reader.
    """

    address: str
    process: subprocess.Popen[bytes]
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, who: str) -> bytes:
        """What `who` is answered at a path."""
        with urlopen(Request(self.address + path, headers={"Cookie": self.cookies[who]}), timeout=60) as answer:
            return bytes(answer.read())

    @property
    def callbacks(self) -> str:
        """Where callbacks are posted."""
        return self.address + UPDATE

    def workers(self) -> list[int]:
        """The processes of gunicorn's workers."""
        told = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(number) for number in told.split()]


@contextmanager
def served(
    database_url: str,
    *,
    scope: str = "",
    threshold: int = 5,
    options: Sequence[str] = (),
    application: str = "dashboard.app:create_app()",
    **environ: str,
) -> Iterator[Served]:
    """The application as the Procfile runs it, with more `options` of gunicorn's, on a database."""
    secret = secrets.token_urlsafe(32)
    with TemporaryDirectory() as name:
        folder = Path(name)
        told = {
            "SCORE_DATABASE_URL": database_url,
            "SCORE_ACCOUNTS_URL": f"sqlite:///{folder}/accounts.db",
            "SCORE_SECRET_KEY": secret,
            "SCORE_EDITIONS": str(folder / "editions"),
            "SCORE_IMPORTS": str(folder / "imports"),
            **environ,
        }
        accounts = accounts_engine(told["SCORE_ACCOUNTS_URL"])
        mei = managers.add(accounts, *_MANAGER)
        key.make(accounts)
        accounts.dispose()
        terms = Terms(scope=Filters.from_search(scope), threshold=threshold, edition=LIVE)
        claim = {"manager": [mei.id, mei.session_epoch], "_permanent": True}
        address = f"http://127.0.0.1:{free_port()}"
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--log-level", "warning"]
        command = [*gunicorn, "--bind", address.removeprefix("http://"), *options, application]
        with running(command, told, f"{address}/health", folder / "log") as process:
            yield Served(
                address,
                process,
                {
                    "manager": _cookie(secret, claim),
                    "donor": _cookie(secret, claim | {"preview": terms.plain(), "back": ""}),
                },
            )


def _cookie(secret: str, claim: dict[str, Any]) -> str:
    signer = Flask("benchmark")
    signer.secret_key = secret
    serializer = SecureCookieSessionInterface().get_signing_serializer(signer)
    assert serializer is not None
    return f"score_session={serializer.dumps(claim)}"


def bodies(served: Served, output: str, searches: Sequence[str], path: str = "/") -> list[dict[str, Any]]:
    """What a browser posts for the callback that writes `output`, at each of these addresses."""
    dependencies = json.loads(served.get("/_dash-dependencies", "manager"))
    return [body(dependencies, output, search, path) for search in searches]


_LUA = """
local bodies = {BODIES}
local at = 0
wrk.method = "POST"
for name, value in pairs({HEADERS}) do wrk.headers[name] = value end
request = function()
  at = at % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end
done = function(summary, latency, _)
  io.write(string.format("TOLD %d %f %f %f %d %d\\n", summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, summary.errors.status, summary.errors.connect
    + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


def warm(address: str, posted: Sequence[Any], headers: dict[str, str], times: int = 24) -> None:
    """Post until every worker has read its modules and the record, however long that takes."""

    def post(at: int) -> None:
        body = posted[at % len(posted)]
        urlopen(Request(address, json.dumps(body).encode(), headers), timeout=120).close()

    with ThreadPoolExecutor(8) as eight:
        list(eight.map(post, range(times)))


def wrk(
    address: str, posted: Sequence[Any], headers: dict[str, str], *, seconds: int = 5, connections: int = 8
) -> dict[str, float]:
    """Post these bodies one after the other and over again: per second, ms at 50 % and 95 %, and what failed.

    Each is asked on a connection of its own, as nginx does it in docs/nginx.conf: connections that stay are the one
    worker's who took them, and may all be the same one's.
    """
    if which("wrk") is None:
        raise RuntimeError("wrk is not installed: apt-get install wrk")
    texts = ", ".join(_lua(each if isinstance(each, str) else json.dumps(each)) for each in posted)
    said = headers | {"Connection": "close"}
    sent = ", ".join(f"[{_lua(name)}] = {_lua(value)}" for name, value in said.items())
    script = _LUA.replace("BODIES", texts).replace("HEADERS", sent)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ask.lua"
        path.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", str(path), address],
            capture_output=True, text=True, check=True, timeout=seconds + 120,
        )  # fmt: skip
    told = re.search(r"TOLD (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)", done.stdout)
    if told is None:
        raise RuntimeError(done.stdout + done.stderr)
    requests, took, half, most, refused, broken = map(float, told.groups())
    if not requests:
        raise RuntimeError(f"not one request was answered in {seconds} s")
    return {
        "per_second": round(requests / took, 1),
        "p50": round(half, 1),
        "p95": round(most, 1),
        "failed": int(refused + broken),
    }


def _lua(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def memory(pids: Sequence[int]) -> dict[str, float]:
    """What processes hold, in MiB: ``rss``, and ``pss``, where what several share counts for each in part."""
    found = {"rss": 0.0, "pss": 0.0}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            name = line.split(":")[0].lower()
            if name in found:
                found[name] += int(line.split()[1]) / 1024
    return {name: round(value, 1) for name, value in found.items()}
