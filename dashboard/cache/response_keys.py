"""The questions whose answers may be kept, each under a key of all that its answer depends on.

That is the software and its settings, the version of the record (so that a load or a roll-back changes it at once,
everywhere), everything about the viewer, the language, the filters as they are understood, and what is asked. Only what
was opted in is such a question: callbacks marked `callbacks.page_request.cacheable`, and the routes below.
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

from callbacks.page_request import AppContext, Cacheable
from dashboard.pages import plain_pages
from data.catalogue import Catalogue
from data.editions.frozen_copies import EditionProblem
from data.filters import DIMENSIONS, OUTSIDE, Filters, language_of
from data.privacy.viewer import Viewer
from data.records import RecordVersion
from data.storage.database import DatabaseProblem
from layouts import ids

KEPT_ROUTES = frozenset(
    {"table", "export", "enterprise-table", "enterprise-table-csv", "completeness-list", "completeness-list-csv"}
)
"""Routes whose answers are kept: they read their path, the filters, the language, and :data:`READ`."""

TAKEN_ROUTES = frozenset({"export-workbook", "export-selection", "export-package", "calendar"})
"""Routes that read the same, whose answers the browser alone keeps: long files, which say when they were taken."""

READ = ("indicator",)

_ROOT = Path(__file__).resolve().parent.parent.parent
_MADE_OF = ("callbacks", "dashboard", "data", "layouts")
_SOURCES = (".py", ".po", ".html", ".csv", ".json")

Callbacks = Callable[[], Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Question:
    """One request as it is kept: its key, and the version of the record an answer must rest on."""

    key: str
    version: RecordVersion

    @property
    def tag(self) -> str:
        """The ETag of the answer."""
        return self.key[:32]


def software() -> str:
    """A digest of the source this process runs and of what draws with it: another version answers for itself."""
    digest = sha256()
    for package in _MADE_OF:
        for path in sorted((_ROOT / package).rglob("*")):
            if path.suffix in _SOURCES and path.is_file():
                digest.update(f"{path.relative_to(_ROOT)}\0".encode() + path.read_bytes() + b"\0")
    for library in ("dash", "dash-bootstrap-components", "babel", "pandas", "scipy"):
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()


class Questions:
    """Tells the questions whose answers may be kept, and what they are kept under.

    ``settings`` are those that bear on answers; `secret` keys the digest, so that a key tells nothing of what it is of.
    """

    def __init__(self, context: AppContext, callbacks: Callbacks, secret: str, settings: list[str]) -> None:
        self._held = context
        self._callbacks = callbacks
        self._secret = sha256(secret.encode()).digest()
        self._settings = [software(), *settings]

    def understood(self) -> Question | None:
        """The present request, where its answer may be kept."""
        if request.path == plain_pages.UPDATE:
            asked = self._posted()
        elif request.method == "GET" and request.endpoint in KEPT_ROUTES | TAKEN_ROUTES:
            asked = request.query_string.decode("ascii", "ignore"), [request.path, _read()]
        else:
            asked = None
        if asked is None:
            return None
        search, what = asked
        filters, viewer = Filters.from_search(search), g.viewer
        try:
            record = self._held.records.record_for(viewer, filters)
            catalogue = record.catalogue()
        except (DatabaseProblem, EditionProblem):  # who answers will say so
            return None
        at = RecordVersion.of(record, catalogue)
        filters = canonical(filters, viewer, catalogue)
        key = [
            self._settings,
            _plain(at),
            _viewer(viewer),
            g.own is not None,
            language_of(search),
            filters.query(),
            what,
        ]
        return Question(blake2b(_text(key).encode(), key=self._secret, digest_size=32).hexdigest(), at)

    def _posted(self) -> tuple[str, Any] | None:
        """The address a callback was posted with, and everything else that was posted; None where it is not kept."""
        body: Any = request.get_json(silent=True)
        if not isinstance(body, dict) or request.args or not isinstance(body.get("output"), str):
            return None
        callback = self._callbacks().get(body["output"])
        how = getattr(callback["callback"], "cacheable", None) if callback else None
        # Dash hands values on by their order, not by their names: only what stands where it belongs is understood.
        if callback is None or how is None or not all(_stands(callback, body, part) for part in ("inputs", "state")):
            return None
        (search,) = (each.get("value") for each in body["inputs"] if _name(each) == f"{ids.ADDRESS}.search")
        if search is not None and not isinstance(search, str):
            return None
        if how is Cacheable.UNDERSTOOD:
            inputs = [each for each in body["inputs"] if _name(each) != f"{ids.ADDRESS}.search"]
            moved = ("changedPropIds", "parsedChangedPropsIds")
            body = {name: value for name, value in body.items() if name not in moved} | {"inputs": inputs}
        return search or "", [how, body]


def canonical(filters: Filters, viewer: Viewer, catalogue: Catalogue) -> Filters:
    """`filters` in the one spelling of all that are answered alike: whatever is made up is no address of its own."""
    viewer = viewer.looking_at(public=catalogue.programme.public)
    filters = viewer.permitted(filters)
    known = filters.known(catalogue.codes)
    if viewer.limited:  # a code that is not theirs leaves nothing, on record or not: see View.own
        for name in DIMENSIONS:
            if known.codes(name) != filters.codes(name):
                known = known.with_codes(name, known.codes(name) | {OUTSIDE})
    if viewer.limited and viewer.threshold:  # every other date is left out alike: see Disclosure.allowed
        known = known.dated(None if known.as_of in (None, catalogue.programme.as_of) else date.min)
    return known


def _stands(callback: Mapping[str, Any], body: Mapping[str, Any], part: str) -> bool:
    posted = body.get(part, [])
    declared = [f"{each['id']}.{each['property']}" for each in callback[part]]
    return isinstance(posted, list) and [_name(each) for each in posted] == declared


def _name(each: Any) -> str:
    return f"{each.get('id')}.{each.get('property')}" if isinstance(each, dict) else ""


def _read() -> dict[str, str]:
    return {name: request.args[name] for name in READ if name in request.args}


@lru_cache(maxsize=1024)
def _viewer(viewer: Viewer) -> str:
    """Everything about a viewer but their name: that is for what they make, and no answer that is kept says it."""
    return _text({name: value for name, value in _plain(viewer).items() if name != "name"})


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """A value in JSON's types, the same for equal values; TypeError for one that has no such form."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):  # a key: what is told by it, and not itself
        return sha256(value).hexdigest()
    if value is None or isinstance(value, (str, int, bool)):
        return value
    raise TypeError(f"{type(value).__name__} cannot stand in a key")
