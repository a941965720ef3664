"""Headless Chromium: prints pages to PDF and takes pictures of them, without network access."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

DRAWN = "everything is drawn"
"""The text a page writes to the console when it is ready. Without it the output is not used."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 180
"""Maximum seconds for a page. A slow machine draws a deck of forty slides in one minute."""

_FLAGS = (
    "--headless=new", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars", "--enable-logging=stderr", "--log-level=0",
    # Virtual time: the page's timers do not wait in real time.
    "--virtual-time-budget=60000",
)  # fmt: skip

_SOCKET = "/score-print-12345678/org.chromium.Chromium.123456/SingletonSocket"
"""An example of the longest path of Chromium's socket below the temporary folder."""

_LONGEST_SOCKET = 107
"""Maximum bytes of a socket's path (`unix(7)`, without the final zero). Chromium fails with a longer one."""


class PrintingProblem(Exception):
    """Chromium made no file; ``reason`` is one of missing (there is no Chromium), failed, late."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def chromium() -> str:
    """The browser to print with: ``SCORE_CHROMIUM``, else one on the PATH; raises :class:`PrintingProblem`."""
    named = os.environ.get("SCORE_CHROMIUM", "")
    path = next(filter(None, map(shutil.which, [named] if named else NAMES)), None)
    if path is None:
        raise PrintingProblem("missing", named)
    return path


def pdf(html: str) -> bytes:
    """A page as PDF, on the paper size of its style sheet."""
    return _run_chromium(html, "out.pdf", "--print-to-pdf", "--no-pdf-header-footer")


def png(html: str, width: int, height: int) -> bytes:
    """A picture of a page of `width` × `height` pixels, at double resolution."""
    return _run_chromium(
        html, "out.png", "--screenshot", f"--window-size={width},{height}", "--force-device-scale-factor=2"
    )


def _run_chromium(html: str, out_name: str, option: str, *flags: str) -> bytes:
    browser = chromium()
    with TemporaryDirectory(prefix="score-print-", dir=_temporary_folder()) as folder:
        page, out = Path(folder, "page.html"), Path(folder, out_name)
        page.write_text(html, encoding="utf-8")
        command = [browser, *_FLAGS, f"--user-data-dir={folder}/profile", *flags, f"{option}={out}", page.as_uri()]
        if os.geteuid() == 0:  # root has no sandbox: Chromium would not start
            command.insert(1, "--no-sandbox")
        # Chromium's temporary files are removed with the folder, even when it is killed.
        log = _run(command, os.environ | {"TMPDIR": folder})
        if DRAWN not in log or not out.exists():
            raise PrintingProblem("failed", log.strip()[-2000:])
        return out.read_bytes()


def _temporary_folder() -> str:
    """The temporary folder, or `/tmp` where its path is too long for Chromium's socket."""
    usual = gettempdir()
    return usual if len(os.fsencode(usual + _SOCKET)) <= _LONGEST_SOCKET else "/tmp"  # noqa: S108 - mkdtemp below it


def _run(command: list[str], environ: dict[str, str]) -> str:
    """The standard error of a command. Ends the command and its children after :data:`PATIENCE`."""
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
