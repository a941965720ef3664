"""Scripts and style sheets: compressed once, cached by the browser for a year, at addresses with a content digest.

Dash itself puts the time of installation into an address, which differs from machine to machine. It also has browsers
request assets again with every page, and compresses every response anew.
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

from layouts.parts.shell import shell

ASSETS = Path(__file__).parent / "assets"
PLOTLY = "00-plotly.min.js"

COMPRESSED = Path(sys.prefix) / "share" / "score-dashboard"
"""The folder of compressed files, each named by the digest of its content."""

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.compress,
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
"""Compressors by the name in Accept-Encoding, at their best level; the one with the smaller result first."""

WORTH_COMPRESSING = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "application/geo+json",
    "image/svg+xml",
]
"""Content types that are compressed at each request."""

LOADED = (".js", ".css")

NOT_LOADED = re.compile(r"/dash/(dash_table/|deps/polyfill@)")
"""Scripts that Dash puts on every page and that our pages do not need.

The polyfill is for old browsers that plotly.js does not support either, and it slows the others down. Scripts of Dash
use one part of it (``regeneratorRuntime``), which is also in the scripts of dash_bootstrap_components.
"""

LOADED_AT_ONCE = ("dcc/async-dropdown.js", "dcc/async-graph.js")
"""Scripts of Dash that every page needs. Without this, Dash loads them only when it draws the first component."""

FOREVER = "max-age=31536000, immutable"
_SUITES = "/_dash-component-suites/"
_SUITE = re.compile(rf'{_SUITES}(?P<package>\w+)/(?P<path>[^"?]+)')
_ASSET = re.compile(r'/assets/(?P<name>[^"?]+)(\?m=[^"]*)?')
_SCRIPT = '<script src="{}"></script>'
log = logging.getLogger(__name__)


class Application(Dash):
    """Dash with scripts and style sheets at addresses that contain a digest of their content."""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override] # Dash passes them by name
        """The HTML page around the application."""
        scripts = [line for line in _with_digests(parts["scripts"]).splitlines() if not NOT_LOADED.search(line)]
        scripts += [_SCRIPT.format(_suite_address("dash", path)) for path in LOADED_AT_ONCE]
        index: str = super().interpolate_index(
            **(parts | {"scripts": "\n".join(scripts), "css": _with_digests(parts["css"])})
        )
        return index


def install(app: Dash) -> None:
    """Make the routes of Dash send the compressed files, with headers for caching."""
    views = app.server.view_functions
    asset, suite = "_dash_assets.static", f"{_SUITES}<string:package_name>/<path:fingerprinted_path>"
    dash_asset, dash_suite = views[asset], views[suite]

    def send_asset(filename: str) -> Response:
        path = Path(safe_join(str(ASSETS), filename) or "")
        if path.suffix not in LOADED or not path.is_file():
            return dash_asset(filename=filename)
        return _response(path, request.args.get("m"))

    def send_suite(package_name: str, fingerprinted_path: str) -> Response:
        path, _fingerprinted = check_fingerprint(fingerprinted_path)
        if path not in app.registered_paths.get(package_name, ()):
            return dash_suite(package_name=package_name, fingerprinted_path=fingerprinted_path)
        fingerprint = re.search(r"\.v[\w-]+m([0-9a-f]+)\.", fingerprinted_path)
        return _response(_in_package(package_name, path), fingerprint and fingerprint[1])

    views[asset], views[suite] = send_asset, send_suite


def asset_address(name: str) -> str:
    """The address of one of our scripts or style sheets; it changes with the content."""
    return f"/assets/{name}?m={digest(ASSETS / name)}"


def digest(path: Path) -> str:
    """The digest of a file's content, in hexadecimal digits."""
    return _digest(path, path.stat().st_mtime_ns)


def prepare() -> None:
    """Compress every file that pages load, if it is not compressed yet. Takes some seconds the first time."""
    try:
        COMPRESSED.mkdir(parents=True, exist_ok=True)
        for path in _loaded_files():
            for encoding, compress in COMPRESSORS.items():
                compressed = _compressed_path(path, encoding)
                if not compressed.exists():
                    _write(compressed, compress(path.read_bytes()))
    except OSError as error:
        log.warning("Scripts and style sheets are compressed anew for every request: %s", error)


def _loaded_files() -> Iterator[Path]:
    yield from _assets()
    app = Application("dashboard", assets_folder=str(ASSETS))
    app.layout = shell()
    for match in _SUITE.finditer(app.server.test_client().get("/").text):
        yield _in_package(match["package"], check_fingerprint(match["path"])[0])


def _assets() -> Iterator[Path]:
    return (path for path in ASSETS.rglob("*") if path.suffix in LOADED)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole: another process may read or write it at the same time."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    written = Path(file.name)
    written.chmod(0o644)
    written.replace(path)


def _response(path: Path, address_digest: str | None) -> Response:
    """A file, compressed if the browser accepts it. Cached for a year if `address_digest` is that of the content."""
    encodings = (name for name in COMPRESSORS if request.accept_encodings[name])
    encoding = next((name for name in encodings if _compressed_path(path, name).exists()), "")
    response = send_file(
        _compressed_path(path, encoding) if encoding else path,
        mimetype=mimetypes.guess_type(path.name)[0],
        etag=f"{digest(path)}{encoding}",
    )
    if encoding:
        response.content_encoding = encoding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOREVER if address_digest == digest(path) else "no-cache"
    session.accessed = False  # the gate read it, but the response is the same for everyone: no Vary: Cookie
    return response


def _compressed_path(path: Path, encoding: str) -> Path:
    return COMPRESSED / f"{digest(path)}.{encoding}"


@lru_cache(maxsize=256)
def _digest(path: Path, _modified_at: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:20]


def _in_package(package: str, path: str) -> Path:
    return Path(str(sys.modules[package].__file__)).parent / path


def _suite_address(package: str, path: str) -> str:
    version = sys.modules[package].__version__
    return f"{_SUITES}{package}/{build_fingerprint(path, version, digest(_in_package(package, path)))}"


def _with_digests(tags: str) -> str:
    """The tags of Dash for scripts and style sheets, with content digests in their addresses."""
    tags = _SUITE.sub(lambda match: _suite_address(match["package"], check_fingerprint(match["path"])[0]), tags)
    return _ASSET.sub(lambda match: asset_address(match["name"]), tags)


if __name__ == "__main__":
    prepare()
