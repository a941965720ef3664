"""The application under gunicorn with signed-in viewers, and requests by wrk, for benchmarks of load."""

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
"""Maximum seconds for a server to start."""

_MANAGER = ("bench@example.org", "measured and not guessed")


def free_port() -> int:
    """A free port."""
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str], environ: dict[str, str], address: str, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server while the block runs, once it responds; raises RuntimeError where it does not start."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=os.environ | environ, stdout=output, stderr=output, cwd=ROOT, start_new_session=True
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
    """True where a server responds with any status."""
    try:
        urlopen(address, timeout=10).close()
    except OSError as error:
        return hasattr(error, "code")
    return True


@dataclass
class Served:
    """The application at an address; ``cookies`` are of a ``manager``, and of a ``donor`` with a scope and a threshold.

    The donor is a manager who previews a share link: signed in, with scope and threshold, but without the rate limit of
    one reader.
    """

    address: str
    process: subprocess.Popen[bytes]
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, who: str) -> bytes:
        """The response at a path to `who`, a key of the cookies."""
        with urlopen(Request(self.address + path, headers={"Cookie": self.cookies[who]}), timeout=60) as response:
            return bytes(response.read())

    @property
    def callbacks(self) -> str:
        """The address that callbacks are posted to."""
        return self.address + UPDATE

    def workers(self) -> list[int]:
        """The processes of gunicorn's workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(number) for number in children.split()]


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
    """Serve the application as in the Procfile, with more `options` of gunicorn, on a database."""
    secret = secrets.token_urlsafe(32)
    with TemporaryDirectory() as name:
        folder = Path(name)
        settings = {
            "SCORE_DATABASE_URL": database_url,
            "SCORE_ACCOUNTS_URL": f"sqlite:///{folder}/accounts.db",
            "SCORE_SECRET_KEY": secret,
            "SCORE_EDITIONS": str(folder / "editions"),
            "SCORE_IMPORTS": str(folder / "imports"),
            **environ,
        }
        accounts = accounts_engine(settings["SCORE_ACCOUNTS_URL"])
        manager = managers.add(accounts, *_MANAGER)
        key.make(accounts)
        accounts.dispose()
        terms = Terms(scope=Filters.from_search(scope), threshold=threshold, edition=LIVE)
        session = {"manager": [manager.id, manager.session_epoch], "_permanent": True}
        address = f"http://127.0.0.1:{free_port()}"
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--log-level", "warning"]
        command = [*gunicorn, "--bind", address.removeprefix("http://"), *options, application]
        with running(command, settings, f"{address}/health", folder / "log") as process:
            yield Served(
                address,
                process,
                {
                    "manager": _cookie(secret, session),
                    "donor": _cookie(secret, session | {"preview": terms.plain(), "back": ""}),
                },
            )


def _cookie(secret: str, session: dict[str, Any]) -> str:
    signer = Flask("benchmark")
    signer.secret_key = secret
    serializer = SecureCookieSessionInterface().get_signing_serializer(signer)
    assert serializer is not None
    return f"score_session={serializer.dumps(session)}"


def bodies(served: Served, output: str, searches: Sequence[str], path: str = "/") -> list[dict[str, Any]]:
    """The bodies a browser posts to the callback that writes `output`, one for each search."""
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
  io.write(string.format("SUMMARY %d %f %f %f %d %d\\n", summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, summary.errors.status, summary.errors.connect
    + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


def warm(address: str, posted: Sequence[Any], headers: dict[str, str], times: int = 24) -> None:
    """Post requests until every worker has loaded its modules and the record."""

    def post(at: int) -> None:
        body = posted[at % len(posted)]
        urlopen(Request(address, json.dumps(body).encode(), headers), timeout=120).close()

    with ThreadPoolExecutor(8) as eight:
        list(eight.map(post, range(times)))


def wrk(
    address: str, posted: Sequence[Any], headers: dict[str, str], *, seconds: int = 5, connections: int = 8
) -> dict[str, float]:
    """Post these bodies in turn, repeatedly: responses per second, p50 and p95 in milliseconds, number of failures.

    Each request has its own connection, as from nginx with docs/nginx.conf: a connection that stays open belongs to one
    worker, and one worker could get all of them. Raises RuntimeError where wrk is missing or no request succeeds.
    """
    if which("wrk") is None:
        raise RuntimeError("wrk is not installed: apt-get install wrk")
    texts = ", ".join(_lua(each if isinstance(each, str) else json.dumps(each)) for each in posted)
    all_headers = headers | {"Connection": "close"}
    sent = ", ".join(f"[{_lua(name)}] = {_lua(value)}" for name, value in all_headers.items())
    script = _LUA.replace("BODIES", texts).replace("HEADERS", sent)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ask.lua"
        path.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", str(path), address],
            capture_output=True, text=True, check=True, timeout=seconds + 120,
        )  # fmt: skip
    summary = re.search(r"SUMMARY (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)", done.stdout)
    if summary is None:
        raise RuntimeError(done.stdout + done.stderr)
    requests, took, half, most, refused, broken = map(float, summary.groups())
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
    """The memory of processes in MiB: ``rss``, and ``pss``, which divides shared memory among the processes."""
    totals = {"rss": 0.0, "pss": 0.0}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            name = line.split(":")[0].lower()
            if name in totals:
                totals[name] += int(line.split()[1]) / 1024
    return {name: round(value, 1) for name, value in totals.items()}
