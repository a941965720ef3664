"""Scripts and style sheets on their way to the browser: addresses made of their content, compressed once, kept a year.

Dash puts into an address when a file was installed, which differs from machine to machine; it has assets asked for
again with every page, and compresses every answer when it is asked for.
"""

import gzip
import logging
import mimetypes
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import brotli
from dash import Dash
from dash.fingerprint import build_fingerprint, check_fingerprint
from flask import Response, request, send_file, session
from werkzeug.security import safe_join

from layouts.shell import shell

ASSETS = Path(__file__).parent / "assets"
PLOTLY = "00-plotly.min.js"

COMPRESSED = Path(sys.prefix) / "share" / "score-dashboard"
"""Where files are kept compressed, each under the digest of its content: beside the packages most of them are of."""

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.compress,
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
"""The best that each encoding can do, by its name in Accept-Encoding; the smaller one first."""

WORTH_COMPRESSING = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "application/geo+json",
    "image/svg+xml",
]
"""Types of answers that are compressed when they are asked for."""

LOADED = (".js", ".css")

NOT_LOADED = re.compile(r"/dash/(dash_table/|deps/polyfill@)")
"""The scripts that Dash puts on every page and no page of ours needs.

The polyfill is for browsers that plotly.js runs in no more, and slows the others down. The one thing of it that scripts
of Dash use (``regeneratorRuntime``) is in those of dash_bootstrap_components, too.
"""

LOADED_AT_ONCE = ("dcc/async-dropdown.js", "dcc/async-graph.js")
"""Scripts of Dash that every page needs, and that it would ask for only when it comes to draw what needs them."""

FOREVER = "max-age=31536000, immutable"
_SUITES = "/_dash-component-suites/"
_SUITE = re.compile(rf'{_SUITES}(?P<package>\w+)/(?P<path>[^"?]+)')
_ASSET = re.compile(r'/assets/(?P<name>[^"?]+)(\?m=[^"]*)?')
_SCRIPT = '<script src="{}"></script>'
log = logging.getLogger(__name__)


class Application(Dash):
    """Dash with scripts and style sheets at addresses made of their content."""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override] # Dash names what it hands over
        """The page around the application."""
        scripts = [line for line in _by_content(parts["scripts"]).splitlines() if not NOT_LOADED.search(line)]
        scripts += [_SCRIPT.format(_suite_address("dash", path)) for path in LOADED_AT_ONCE]
        index: str = super().interpolate_index(
            **(parts | {"scripts": "\n".join(scripts), "css": _by_content(parts["css"])})
        )
        return index


def install(app: Dash) -> None:
    """Have the routes of Dash answer with what was compressed, and say how long it may be kept."""
    views = app.server.view_functions
    asset, suite = "_dash_assets.static", f"{_SUITES}<string:package_name>/<path:fingerprinted_path>"
    other_asset, other_suite = views[asset], views[suite]

    def deliver_asset(filename: str) -> Response:
        path = Path(safe_join(str(ASSETS), filename) or "")
        if path.suffix not in LOADED or not path.is_file():
            return other_asset(filename=filename)
        return _answer(path, request.args.get("m"))

    def deliver_suite(package_name: str, fingerprinted_path: str) -> Response:
        path, _fingerprinted = check_fingerprint(fingerprinted_path)
        if path not in app.registered_paths.get(package_name, ()):
            return other_suite(package_name=package_name, fingerprinted_path=fingerprinted_path)
        claimed = re.search(r"\.v[\w-]+m([0-9a-f]+)\.", fingerprinted_path)
        return _answer(_in_package(package_name, path), claimed and claimed[1])

    views[asset], views[suite] = deliver_asset, deliver_suite


def asset_address(name: str) -> str:
    """The address of one of our own scripts and style sheets, which changes with what is in it."""
    return f"/assets/{name}?m={digest(ASSETS / name)}"


def digest(path: Path) -> str:
    """What is in a file, in hexadecimal digits."""
    return _digest(path, path.stat().st_mtime_ns)


def prepare() -> None:
    """Compress every file that a page loads and that is not kept compressed yet; takes some seconds the first time."""
    try:
        COMPRESSED.mkdir(parents=True, exist_ok=True)
        for path in _loaded():
            for encoding, compress in COMPRESSORS.items():
                kept = _kept(path, encoding)
                if not kept.exists():
                    _write(kept, compress(path.read_bytes()))
    except OSError as error:
        log.warning("Scripts and style sheets are compressed anew for every request: %s", error)


def _loaded() -> Iterator[Path]:
    yield from _assets()
    app = Application("dashboard", assets_folder=str(ASSETS))
    app.layout = shell()
    for found in _SUITE.finditer(app.server.test_client().get("/").text):
        yield _in_package(found["package"], check_fingerprint(found["path"])[0])


def _assets() -> Iterator[Path]:
    return (path for path in ASSETS.rglob("*") if path.suffix in LOADED)


def _write(path: Path, content: bytes) -> None:
    """Write a file that others may be about to read or write as well."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    written = Path(file.name)
    written.chmod(0o644)
    written.replace(path)


def _answer(path: Path, claimed: str | None) -> Response:
    """A file, compressed as the browser likes; kept for good where its address says what is in it."""
    encoding = next((name for name in COMPRESSORS if request.accept_encodings[name] and _kept(path, name).exists()), "")
    response = send_file(
        _kept(path, encoding) if encoding else path,
        mimetype=mimetypes.guess_type(path.name)[0],
        etag=f"{digest(path)}{encoding}",
    )
    if encoding:
        response.content_encoding = encoding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOREVER if claimed == digest(path) else "no-cache"
    session.accessed = False  # the gate read it, but the answer is the same to everyone: no Vary: Cookie
    return response


def _kept(path: Path, encoding: str) -> Path:
    return COMPRESSED / f"{digest(path)}.{encoding}"


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:20]


def _in_package(package: str, path: str) -> Path:
    return Path(str(sys.modules[package].__file__)).parent / path


def _suite_address(package: str, path: str) -> str:
    version = sys.modules[package].__version__
    return f"{_SUITES}{package}/{build_fingerprint(path, version, digest(_in_package(package, path)))}"


def _by_content(tags: str) -> str:
    """Scripts and style sheets as Dash writes them, at addresses made of their content."""
    tags = _SUITE.sub(lambda found: _suite_address(found["package"], check_fingerprint(found["path"])[0]), tags)
    return _ASSET.sub(lambda found: asset_address(found["name"]), tags)


if __name__ == "__main__":
    prepare()
