"""The keys of cached responses. A key contains everything a response depends on.

That is: the software and its settings; the version of the record, so that a load or a roll-back changes the key at
once; everything about the viewer; the language; the filters in their canonical form; and the request itself. Only two
kinds of requests have a key: callbacks that are marked `cacheable`, and the routes listed below.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b, sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import g, request

from callbacks.requests.page_request import AppContext, Cacheable
from dashboard.pages import plain_pages
from data.catalogue import Catalogue
from data.editions.frozen_copies import EditionProblem
from data.exhibits import ALL
from data.filters import DIMENSIONS, OUTSIDE, Filters, language_of
from data.privacy.viewer import Viewer
from data.records import RecordVersion
from data.storage.database import DatabaseProblem
from layouts import ids

CACHED_ROUTES = frozenset(
    {"table", "export", "enterprise-table", "enterprise-table-csv", "completeness-list", "completeness-list-csv"}
)
"""Routes with cached responses. They read only their path, the filters, the language and :data:`READ_PARAMETERS`."""

BROWSER_CACHED_ROUTES = frozenset({"export-workbook", "export-selection", "export-package", "calendar"})
"""Routes that read the same, but only the browser caches: long files that contain the time of the download."""

READ_PARAMETERS = ("indicator", *sorted({name for exhibit in ALL for name in exhibit.options}))
"""The parameters of a query that choose what an exhibit shows, besides the filters."""

_ROOT = Path(__file__).resolve().parent.parent.parent
_PACKAGES = ("callbacks", "dashboard", "data", "layouts")
_SUFFIXES = (".py", ".po", ".html", ".csv", ".json")

Callbacks = Callable[[], Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class CacheKey:
    """The key of one response: a digest, and the version of the record that the response must rest on."""

    digest: str
    version: RecordVersion

    @property
    def etag(self) -> str:
        """The ETag of the response."""
        return self.digest[:32]


def software_digest() -> str:
    """A digest of this source code and of its main libraries: another version of them has other keys."""
    digest = sha256()
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file():
                digest.update(f"{path.relative_to(_ROOT)}\0".encode() + path.read_bytes() + b"\0")
    for library in ("dash", "dash-bootstrap-components", "babel", "pandas", "scipy"):
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()


class CacheKeys:
    """Makes the cache keys of requests.

    `settings` are the settings that change responses. `secret` keys the digest, so that a cache key reveals nothing.
    """

    def __init__(self, context: AppContext, callbacks: Callbacks, secret: str, settings: list[str]) -> None:
        self._context = context
        self._callbacks = callbacks
        self._secret = sha256(secret.encode()).digest()
        self._settings = [software_digest(), *settings]

    def of_request(self) -> CacheKey | None:
        """The key of the present request; None if its response may not be cached."""
        if request.path == plain_pages.UPDATE:
            parts = self._callback_parts()
        elif request.method == "GET" and request.endpoint in CACHED_ROUTES | BROWSER_CACHED_ROUTES:
            parts = request.query_string.decode("ascii", "ignore"), [request.path, _read_parameters()]
        else:
            parts = None
        if parts is None:
            return None
        search, content = parts
        filters, viewer = Filters.from_search(search), g.viewer
        try:
            record = self._context.records.record_for(viewer, filters)
            catalogue = record.catalogue()
        except (DatabaseProblem, EditionProblem):  # the route or callback reports it
            return None
        if has_notice(filters, viewer, catalogue):
            return None
        version = RecordVersion.of(record, catalogue)
        filters = canonical(filters, viewer, catalogue)
        key = [
            self._settings,
            _plain(version),
            _viewer(viewer),
            g.own is not None,
            language_of(search),
            filters.query(),
            content,
        ]
        return CacheKey(blake2b(_text(key).encode(), key=self._secret, digest_size=32).hexdigest(), version)

    def _callback_parts(self) -> tuple[str, Any] | None:
        """The page's query string and the other posted values of a callback; None if it may not be cached."""
        body: Any = request.get_json(silent=True)
        if not isinstance(body, dict) or request.args or not isinstance(body.get("output"), str):
            return None
        callback = self._callbacks().get(body["output"])
        how = getattr(callback["callback"], "cacheable", None) if callback else None
        # Dash passes values by position, not by name: the posted names must be the declared ones, in the same order.
        if callback is None or how is None or not all(_matches(callback, body, part) for part in ("inputs", "state")):
            return None
        (search,) = (each.get("value") for each in body["inputs"] if _name(each) == f"{ids.ADDRESS}.search")
        if search is not None and not isinstance(search, str):
            return None
        if how is Cacheable.UNDERSTOOD:
            inputs = [each for each in body["inputs"] if _name(each) != f"{ids.ADDRESS}.search"]
            changed = ("changedPropIds", "parsedChangedPropsIds")
            body = {name: value for name, value in body.items() if name not in changed} | {"inputs": inputs}
        return search or "", [how, body]


def has_notice(filters: Filters, viewer: Viewer, catalogue: Catalogue) -> bool:
    """True if the page names codes of its address that are not on record: only a viewer without limits is told."""
    return not viewer.limited and filters.known(catalogue.codes) != filters


def canonical(filters: Filters, viewer: Viewer, catalogue: Catalogue) -> Filters:
    """The same form for all filters that have the same response; unknown codes, for example, are left out."""
    viewer = viewer.looking_at(public=catalogue.programme.public)
    filters = viewer.permitted(filters)
    result = filters.known(catalogue.codes)
    if viewer.limited:  # a code outside the viewer's scope selects nothing, known or not: see View.own
        for name in DIMENSIONS:
            if result.codes(name) != filters.codes(name):
                result = result.with_codes(name, result.codes(name) | {OUTSIDE})
    if viewer.limited and viewer.threshold:  # all other dates are ignored in the same way: see Disclosure.allowed
        result = result.dated(None if result.as_of in (None, catalogue.programme.as_of) else date.min)
    return result


def _matches(callback: Mapping[str, Any], body: Mapping[str, Any], part: str) -> bool:
    posted = body.get(part, [])
    declared = [f"{each['id']}.{each['property']}" for each in callback[part]]
    return isinstance(posted, list) and [_name(each) for each in posted] == declared


def _name(each: Any) -> str:
    return f"{each.get('id')}.{each.get('property')}" if isinstance(each, dict) else ""


def _read_parameters() -> dict[str, str]:
    return {name: request.args[name] for name in READ_PARAMETERS if name in request.args}


@lru_cache(maxsize=1024)
def _viewer(viewer: Viewer) -> str:
    """Everything about a viewer except the name, which no cached response contains."""
    return _text({name: value for name, value in _plain(viewer).items() if name != "name"})


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """The value in JSON types, the same for equal values; raises TypeError for a type without such a form."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):  # a secret key: only its digest
        return sha256(value).hexdigest()
    if value is None or isinstance(value, (str, int, bool)):
        return value
    raise TypeError(f"{type(value).__name__} cannot be part of a cache key")
