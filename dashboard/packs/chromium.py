"""Chromium without a window: pages printed to PDF and photographed; nothing is fetched from a network."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

DRAWN = "everything is drawn"
"""What a page writes to the console once it is ready: without it nothing is taken from the page."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 180
"""Seconds a page may take; a slow machine draws a deck of forty slides in one minute."""

_FLAGS = (
    "--headless=new", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars", "--enable-logging=stderr", "--log-level=0",
    # Time inside the page runs ahead while nothing is under way: no page waits for a clock.
    "--virtual-time-budget=60000",
)  # fmt: skip

_SOCKET = "/score-print-12345678/org.chromium.Chromium.123456/SingletonSocket"
"""A path as long as the one of Chromium's socket below the place for temporary files."""

_LONGEST_SOCKET = 107
"""Bytes the path of a socket may have (`unix(7)`, less the zero that ends it): with a longer one Chromium gives up."""


class PrintingProblem(Exception):
    """No page came of it; ``reason`` is one of missing (there is no Chromium), failed, late."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def chromium() -> str:
    """The browser to print with: ``SCORE_CHROMIUM``, else one on the PATH; raises :class:`PrintingProblem`."""
    named = os.environ.get("SCORE_CHROMIUM", "")
    found = next(filter(None, map(shutil.which, [named] if named else NAMES)), None)
    if found is None:
        raise PrintingProblem("missing", named)
    return found


def pdf(html: str) -> bytes:
    """A page as PDF on the paper its style sheet asks for."""
    return _taken(html, "out.pdf", "--print-to-pdf", "--no-pdf-header-footer")


def png(html: str, width: int, height: int) -> bytes:
    """A picture of a page `width` × `height` pixels large, with four dots a pixel."""
    return _taken(html, "out.png", "--screenshot", f"--window-size={width},{height}", "--force-device-scale-factor=2")


def _taken(html: str, out_name: str, into: str, *flags: str) -> bytes:
    browser = chromium()
    with TemporaryDirectory(prefix="score-print-", dir=_place()) as folder:
        page, out = Path(folder, "page.html"), Path(folder, out_name)
        page.write_text(html, encoding="utf-8")
        command = [browser, *_FLAGS, f"--user-data-dir={folder}/profile", *flags, f"{into}={out}", page.as_uri()]
        if os.geteuid() == 0:  # root has no sandbox: Chromium would not start
            command.insert(1, "--no-sandbox")
        # What Chromium puts among temporary files goes with the folder, even when it is killed.
        said = _run(command, os.environ | {"TMPDIR": folder})
        if DRAWN not in said or not out.exists():
            raise PrintingProblem("failed", said.strip()[-2000:])
        return out.read_bytes()


def _place() -> str:
    """The place for temporary files, but `/tmp` where its path is too long for Chromium's socket."""
    usual = gettempdir()
    return usual if len(os.fsencode(usual + _SOCKET)) <= _LONGEST_SOCKET else "/tmp"  # noqa: S108 - mkdtemp below it


def _run(command: list[str], environ: dict[str, str]) -> str:
    """What a command says on standard error; it and what it started are ended when it takes too long."""
    try:
        process = subprocess.Popen(  # noqa: S603 - a browser of the administrator's choosing, no shell
            command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        raise PrintingProblem("failed", str(error)) from error
    try:
        return process.communicate(timeout=PATIENCE)[1].decode(errors="replace")
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise PrintingProblem("late", f"{PATIENCE} s") from error
