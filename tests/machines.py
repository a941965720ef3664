"""Several machines on one: PostgreSQL servers, web hosts and nginx, each a process at a loopback address of its own.

Killing a machine means killing its processes without a clean shutdown.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Self, TypeVar

import psycopg

ROOT = Path(__file__).resolve().parent.parent
NGINX_EXAMPLE = ROOT / "docs" / "nginx.conf"
SHARDS_EXAMPLE = ROOT / "docs" / "shards.sql"
STARTING = 30.0
"""Seconds a machine may take to respond before it counts as broken: far more than it needs."""

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 20
_PORTS = iter(random.sample(range(10_000 + 1_000 * _WORKER, 11_000 + 1_000 * _WORKER), 1_000))
"""Ports of this worker, each used once, below the range of ephemeral ports, so that while a machine is down
no other process takes its port. In random order, since tests of another folder may run at the same time."""

_POSTGRES = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
_INSTALLED = "run scripts/servers.sh, as `make test` does"


def program(name: str) -> str:
    """The path of a program of PostgreSQL (the newest with postgres_fdw) or of another server."""
    versions = Path("/usr/lib/postgresql").glob("*/lib/postgres_fdw.so")
    newest = sorted((path.parent.parent for path in versions), key=lambda path: int(path.name), reverse=True)
    places = [str(version / "bin") for version in newest]
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", ""), "/usr/sbin"]))
    assert found, f"{name} is not installed: {_INSTALLED}"
    return found


def free_port(host: str) -> int:
    """A free port that is returned only once."""
    for port in _PORTS:
        with socket.socket() as listening, suppress(OSError):
            listening.bind((host, port))
            return port
    raise AssertionError(f"no port is left at {host}")


def until(true: Callable[[], Any], what: str, seconds: float = STARTING) -> Any:
    """Wait until `true` returns a true value, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if said := true():
            return said
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


def listens(host: str, port: int) -> bool:
    """True if a process listens at a port."""
    with socket.socket() as asking:
        asking.settimeout(1)
        return asking.connect_ex((host, port)) == 0


def _children(number: int) -> list[int]:
    """The descendants of a process, and itself last."""
    try:
        below = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    except OSError:
        return []
    return [each for child in below for each in _children(int(child))] + [number]


@dataclass
class Machine:
    """One process at its own address; ``folder`` has its data and its ``log``."""

    host: str
    folder: Path
    port: int = 0
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.port = self.port or free_port(self.host)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"

    @property
    def log(self) -> Path:
        """The path of its log file."""
        return self.folder / "log"

    def said(self) -> str:
        """The text of its log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def command(self) -> list[str]:
        """The command line."""
        raise NotImplementedError

    def start(self, user: str | None = None) -> Self:
        """Start it, and wait until it listens."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT, user=user, group=user,
                env=os.environ | self.environ, start_new_session=True,
            )  # fmt: skip
        until(lambda: self.process.poll() is not None or listens(self.host, self.port), f"{self.address} to listen")
        assert self.process.poll() is None, self.said()
        return self

    def kill(self) -> None:
        """Kill it at once, as in a power loss."""
        if self.process is not None:
            # From the top down: a surviving parent would start its children again.
            for number in reversed(_children(self.process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """Stop it cleanly, or kill it after ten seconds."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None


class Postgres(Machine):
    """A PostgreSQL server whose one role, `score`, needs no password."""

    def new(self, *databases: str) -> Self:
        """Create a cluster with these empty databases."""
        self._run("initdb", "-U", "score", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()
        self.sql(*(f"CREATE DATABASE {name}" for name in databases), database="postgres")
        return self

    def follow(self, primary: "Postgres") -> Self:
        """Make it a streaming replica of `primary`, with its own slot."""
        source = f"host={primary.host} port={primary.port} user=score application_name=replica"
        self._run("pg_basebackup", "-d", source, "-R", "-X", "stream", "-C", "-S", "replica", "-c", "fast")
        return self.start()

    def _run(self, name: str, *arguments: str) -> None:
        if _POSTGRES:
            shutil.chown(self.folder, _POSTGRES, _POSTGRES)
        done = subprocess.run(
            [program(name), "-D", self.data, *arguments],
            check=False, user=_POSTGRES, group=_POSTGRES, capture_output=True, text=True, cwd="/",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    @property
    def data(self) -> str:
        """The folder of its cluster."""
        return str(self.folder / "data")

    def command(self) -> list[str]:
        """The command line; without `fsync`, which only matters for a power loss."""
        options = {
            "listen_addresses": self.host, "port": self.port, "unix_socket_directories": "", "fsync": "off",
            "max_connections": 100, "shared_buffers": "64MB", "jit": "off",
        }  # fmt: skip
        return [program("postgres"), "-D", self.data, *(f"--{name}={value}" for name, value in options.items())]

    def start(self, user: str | None = _POSTGRES) -> Self:
        """Start it, and wait until it responds."""
        super().start(user)
        until(self._answers, f"{self.address} to answer")
        return self

    def _answers(self) -> bool:
        try:
            self.sql("SELECT 1", database="postgres")
        except psycopg.OperationalError:
            return False
        return True

    def sql(self, *statements: str, database: str = "score") -> Any:
        """Run statements; returns the first row of the last one."""
        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[call-overload]
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def conninfo(self, database: str = "score") -> str:
        """The connection string for libpq."""
        return f"host={self.host} port={self.port} user=score dbname={database} connect_timeout=5"

    def caught_up(self, primary: "Postgres") -> None:
        """Wait until everything `primary` has written so far is replicated."""
        written = primary.sql("SELECT pg_current_wal_lsn()::text")
        until(
            lambda: self.sql(f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn"), "the replica to have caught up"
        )

    def promote(self) -> None:
        """Make a replica the primary."""
        assert self.sql("SELECT pg_promote(true, 30)"), "the replica was not promoted"

    def stop(self) -> None:
        """Stop it without waiting for open connections."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
        super().stop()


def url(database: str, *servers: Postgres) -> str:
    """The address of a database on several servers, in the form the application accepts."""
    return f"postgresql+psycopg://score@/{database}?{'&'.join(f'host={server.address}' for server in servers)}"


def shard(one: Postgres, others: tuple[Postgres, Postgres]) -> None:
    """Spread results and trainings of `one` over two `others` whose tables are empty, as docs/shards.sql has it."""
    text = SHARDS_EXAMPLE.read_text()
    for there, other in zip(("10.0.0.31", "10.0.0.32"), others, strict=True):
        text = _with(text, f"host '{there}', port '5432'", f"host '{other.host}', port '{other.port}'")
    one.sql(text)


def _with(text: str, there: str, here: str) -> str:
    """The text of an example with an address replaced."""
    assert text.count(there) == 1, f"the example has no {there!r}"
    return text.replace(there, here)


class Web(Machine):
    """A web host: gunicorn with the project's own configuration."""

    def command(self) -> list[str]:
        """The command line."""
        serving = ["--config", "gunicorn.conf.py", "--bind", self.address, "--log-level", "error"]
        return [sys.executable, "-m", "gunicorn", *serving, "dashboard.app:create_app()"]


class Nginx(Machine):
    """nginx before the web hosts, as docs/nginx.conf has it but for addresses and TLS."""

    def before(self, *hosts: Web) -> Self:
        """Put it before these hosts."""
        text = NGINX_EXAMPLE.read_text()
        for there, here in {
            "10.0.0.11:8050": hosts[0].address,
            "10.0.0.12:8050": hosts[1].address,
            "listen 443 ssl;": f"listen {self.address};",
            "    ssl_certificate /etc/ssl/score/fullchain.pem;\n": "",
            "    ssl_certificate_key /etc/ssl/score/key.pem;\n": "",
        }.items():
            text = _with(text, there, here)
        kept = "".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"daemon off; pid {self.folder}/pid; error_log stderr; worker_processes 1;\n"
            f"events {{ worker_connections 512; }}\nhttp {{ access_log off; {kept}\n{text}\n}}\n"
        )
        return self

    def command(self) -> list[str]:
        """The command line."""
        return [program("nginx"), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr"]


class Redis(Machine):
    """A Redis server without persistence."""

    def command(self) -> list[str]:
        """The command line."""
        kept = ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        return [program("redis-server"), "--bind", self.host, "--port", str(self.port), *kept]


Kind = TypeVar("Kind", bound=Machine)


@dataclass
class Rack:
    """A set of machines, in a folder that PostgreSQL may enter; stops and removes them all at the end."""

    folder: Path
    machines: list[Machine] = field(default_factory=list)

    def place(self, kind: type[Kind], host: str, name: str) -> Kind:
        """A new machine at an address, not yet started."""
        folder = self.folder / name
        folder.mkdir()
        self.machines.append(machine := kind(host, folder))
        return machine


def _alone() -> bool:
    """True if signals can be handled here and no other handler is set."""
    main = threading.current_thread() is threading.main_thread()
    return main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@contextmanager
def rack() -> Iterator[Rack]:
    """A rack of machines during the block."""
    folder = Path(mkdtemp(prefix="score-machines-"))
    folder.chmod(0o755)
    made = Rack(folder)
    # A terminated test run stops its machines; otherwise they would outlive it.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)) if _alone() else None
    try:
        yield made
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
        for machine in made.machines:
            # pytest shows this if a test fails.
            print(f"--- {machine.folder.name}, {machine.address}\n{machine.said()[-3000:]}")  # noqa: T201
        for machine in reversed(made.machines):
            machine.kill()
        shutil.rmtree(folder, ignore_errors=True)
