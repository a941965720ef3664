"""The map shapes of places: boundaries read from a folder, and the shape of each place code.

This module knows GB/T 2260 codes and GeoJSON. It must not know the design of a map or the counts of a place.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

SHIPPED_FOLDER = Path(__file__).parent / "boundaries"

PROVINCES = "provinces.geojson"
CITIES = "cities.geojson"
SOUTH_CHINA_SEA = "south_china_sea.geojson"
ALIASES = "aliases.csv"
MANIFEST = "manifest.json"

_CODE = re.compile(r"[0-9]{6}")
_IN_CHINA = re.compile(r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])[0-9]{4}")
_SHORTEST_RING = 4  # points of a closed triangle


class BoundaryProblem(Exception):
    """A folder of boundaries cannot be used. The message names the file and, if there is one, the feature."""

    def __init__(self, file: Path, detail: str) -> None:
        super().__init__(f"{file}: {detail}")
        self.file = file
        self.detail = detail


@dataclass(frozen=True)
class Boundaries:
    """The shapes of the maps, ready to serve, with the notices that must be shown with them.

    The three GeoJSON documents are UTF-8 bytes with clockwise outer rings; ``properties.id`` is the code of a shape.
    ``inset_bounds`` is west, south, east, north of the South China Sea inset, in degrees of its own frame.
    ``older_codes`` maps a current code to the older codes it replaced, ``current_codes`` an older code to the current.
    ``fingerprint`` changes with every change of the content. Addresses with it can be cached for ever.
    """

    folder: Path
    source: str
    licence: str
    notice_en: str
    notice_zh: str
    review_number: str
    provinces: bytes = field(repr=False)
    cities: bytes = field(repr=False)
    south_china_sea: bytes = field(repr=False)
    province_codes: tuple[str, ...] = field(repr=False)
    city_codes: tuple[str, ...] = field(repr=False)
    inset_codes: tuple[str, ...] = field(repr=False)
    inset_bounds: tuple[float, float, float, float]
    current_codes: Mapping[str, str] = field(repr=False, hash=False)
    older_codes: Mapping[str, tuple[str, ...]] = field(repr=False, hash=False)
    fingerprint: str


@dataclass(frozen=True)
class _Shapes:
    document: bytes
    codes: tuple[str, ...]
    bounds: tuple[float, float, float, float]


def read_boundaries(folder: Path | None = None) -> Boundaries:
    """The boundaries in `folder`, by default those shipped with the project. Each folder is read once per process.

    Rings in the direction of RFC 7946 are reversed. Any other defect raises :class:`BoundaryProblem`.
    """
    return _read((folder or SHIPPED_FOLDER).resolve())


def province_code(code: str) -> str | None:
    """The six-digit code of the province of a place in China; None for any other place."""
    return f"{code[:2]}0000" if _IN_CHINA.fullmatch(code) else None


def polygon_code(code: str, boundaries: Boundaries) -> str | None:
    """The code of the city shape for a place; None if there is none.

    A county uses the shape of its prefecture, a district that of its municipality. A whole province has no shape here,
    except those that are a single shape (the municipalities, Hong Kong, Macao, Taiwan).
    """
    province = province_code(code)
    if province is None:
        return None
    shapes = frozenset(boundaries.city_codes)
    for wanted in (code, f"{code[:4]}00", province):
        current = boundaries.current_codes.get(wanted, wanted)
        for candidate in (wanted, current, *boundaries.older_codes.get(current, ())):
            if candidate in shapes:
                return candidate
    return None


@cache
def _read(folder: Path) -> Boundaries:
    provinces, cities, inset = (_read_shapes(folder / name) for name in (PROVINCES, CITIES, SOUTH_CHINA_SEA))
    manifest = _read_manifest(folder / MANIFEST)
    current_codes = _read_aliases(folder / ALIASES)
    older_codes: dict[str, tuple[str, ...]] = {}
    for older, current in current_codes.items():
        older_codes[current] = (*older_codes.get(current, ()), older)
    digest = hashlib.sha256()
    for part in (provinces.document, cities.document, inset.document, *_as_bytes(manifest, current_codes)):
        digest.update(hashlib.sha256(part).digest())
    return Boundaries(
        folder=folder,
        source=manifest["source"],
        licence=manifest["licence"],
        notice_en=manifest["notice_en"],
        notice_zh=manifest["notice_zh"],
        review_number=manifest["review_number"],
        provinces=provinces.document,
        cities=cities.document,
        south_china_sea=inset.document,
        province_codes=provinces.codes,
        city_codes=cities.codes,
        inset_codes=inset.codes,
        inset_bounds=inset.bounds,
        current_codes=current_codes,
        older_codes=older_codes,
        fingerprint=digest.hexdigest()[:12],
    )


def _as_bytes(*values: dict[str, str]) -> Iterator[bytes]:
    for value in values:
        yield json.dumps(value, sort_keys=True).encode()


def _read_bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BoundaryProblem(file, f"cannot be read: {error.strerror}") from error


def _read_text(file: Path) -> str:
    try:
        return _read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BoundaryProblem(file, "is not UTF-8 text") from error


def _read_json(file: Path) -> Any:
    try:
        return json.loads(_read_text(file))
    except (ValueError, RecursionError) as error:
        raise BoundaryProblem(file, f"is not JSON: {error}") from error


def _read_manifest(file: Path) -> dict[str, str]:
    manifest = _read_json(file)
    if not isinstance(manifest, dict):
        raise BoundaryProblem(file, "is not a JSON object")
    texts = {}
    for name in ("source", "licence", "notice_en", "notice_zh", "review_number"):
        text = manifest.get(name, "")
        if not isinstance(text, str):
            raise BoundaryProblem(file, f"`{name}` is not text")
        texts[name] = text.strip()
        # Only the review number may be blank.
        if not texts[name] and name != "review_number":
            raise BoundaryProblem(file, f"`{name}` is missing or blank; no map is shown without it")
    return texts


def _read_aliases(file: Path) -> dict[str, str]:
    rows = csv.DictReader(_read_text(file).splitlines())
    if not {"older", "current"} <= set(rows.fieldnames or ()):
        raise BoundaryProblem(file, "its first line does not name the columns `older` and `current`")
    aliases: dict[str, str] = {}
    for row in rows:
        older, current = (row["older"] or "").strip(), (row["current"] or "").strip()
        if not (_CODE.fullmatch(older) and _CODE.fullmatch(current)):
            raise BoundaryProblem(file, f"line {rows.line_num}: `older` and `current` are codes of six digits")
        if older in aliases:
            raise BoundaryProblem(file, f"line {rows.line_num}: {older} stands there twice")
        aliases[older] = current
    return aliases


def _read_shapes(file: Path) -> _Shapes:
    collection = _read_json(file)
    if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
        raise BoundaryProblem(file, "is not a GeoJSON FeatureCollection")
    features = collection.get("features")
    if not isinstance(features, list) or not features:
        raise BoundaryProblem(file, "holds no features")
    codes: list[str] = []
    points: list[list[float]] = []
    reversed_any = False
    for position, feature in enumerate(features, start=1):
        code = _code(file, position, feature)
        if code in codes:
            raise BoundaryProblem(file, f"feature {position}: {code} stands there twice")
        codes.append(code)
        for polygon in _polygons(file, code, feature):
            reversed_any |= _orient_rings(file, code, polygon)
            points += polygon[0]
    if reversed_any:
        document = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
    else:
        document = _read_bytes(file)
    longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
    bounds = (min(longitudes), min(latitudes), max(longitudes), max(latitudes))
    return _Shapes(document, tuple(codes), bounds)


def _code(file: Path, position: int, feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = properties.get("id") if isinstance(properties, dict) else None
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise BoundaryProblem(file, f"feature {position}: `properties.id` is {code!r}, not a text of six digits")
    return code


def _polygons(file: Path, code: str, feature: dict[str, Any]) -> list[Any]:
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise BoundaryProblem(file, f"feature {code}: its geometry is {kind!r}, not Polygon or MultiPolygon")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if (
        not isinstance(polygons, list)
        or not polygons
        or not all(isinstance(rings, list) and rings for rings in polygons)
    ):
        raise BoundaryProblem(file, f"feature {code}: a polygon without rings")
    return polygons


def _orient_rings(file: Path, code: str, polygon: list[Any]) -> bool:
    """Make the outer ring clockwise and the holes anticlockwise, as d3-geo expects. Returns True if any was reversed.

    With the opposite direction d3-geo reads a shape as the rest of the globe, and it would fill the whole map.
    """
    reversed_any = False
    for position, ring in enumerate(polygon):
        _check_ring(file, code, ring)
        area = sum(x * v - u * y for (x, y, *_), (u, v, *_) in pairwise(ring))
        if (area > 0) if position == 0 else (area < 0):
            ring.reverse()
            reversed_any = True
    return reversed_any


def _check_ring(file: Path, code: str, ring: Any) -> None:
    if not isinstance(ring, list) or len(ring) < _SHORTEST_RING:
        raise BoundaryProblem(file, f"feature {code}: a ring of fewer than {_SHORTEST_RING} points")
    for point in ring:
        if not _is_degrees(point):
            raise BoundaryProblem(file, f"feature {code}: {point!r} is no longitude and latitude in degrees")
    if ring[0] != ring[-1]:
        raise BoundaryProblem(file, f"feature {code}: a ring that does not end where it began")


def _is_degrees(point: Any) -> bool:
    limits = (180, 90)
    return (
        isinstance(point, list)
        and len(point) >= len(limits)
        and all(
            type(number) in {int, float} and -limit <= number <= limit
            for number, limit in zip(point, limits, strict=False)
        )
    )
