"""Shapes and codes of places: the shipped files, replacement folders, and the shape that draws each place."""

import csv
import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from data.places import BoundaryProblem, polygon_code, province_code, read_boundaries

PREFIXES = (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82)
PROVINCES = {f"{prefix}0000" for prefix in PREFIXES}
# Landlocked and without a foreign border: every part of their border is shared with another province.
INNER_PROVINCES = ("140000", "340000", "360000", "410000", "420000", "430000", "500000", "510000", "520000", "610000")

# Codes of a group of units, not of a territory.
GROUPS = {"419000", "429000", "469000", "659000"}
# Sansha is drawn by the inset alone; the others were founded after the shapes were drawn.
WITHOUT_SHAPE = {"460300", "659008", "659009", "659010", "659011"}

# (what, latitude, longitude, province, shape among the cities)
POINTS = [
    ("Beijing", 39.90, 116.41, "110000", "110000"),
    ("Fangshan", 39.75, 116.14, "110000", "110000"),
    ("Dalian", 38.95, 121.56, "210000", "210200"),
    ("Shanghai", 31.23, 121.47, "310000", "310000"),
    ("Nanjing", 32.06, 118.78, "320000", "320100"),
    ("Taixing", 32.17, 120.05, "320000", "321200"),
    ("Hangzhou", 30.27, 120.16, "330000", "330100"),
    ("Ningbo", 29.87, 121.54, "330000", "330200"),
    ("Pinghu", 30.70, 121.02, "330000", "330400"),
    ("Deqing", 30.54, 119.98, "330000", "330500"),
    ("Yongkang", 28.89, 120.05, "330000", "330700"),
    ("Hefei", 31.82, 117.23, "340000", "340100"),
    ("Nanchang", 28.68, 115.86, "360000", "360100"),
    ("Jinan", 36.65, 117.00, "370000", "370100"),
    ("Laiwu", 36.21, 117.68, "370000", "370100"),
    ("Changsha", 28.23, 112.94, "430000", "430100"),
    ("Guangzhou", 23.13, 113.26, "440000", "440100"),
    ("Yulin in Guangxi", 22.65, 110.18, "450000", "450900"),
    ("Yulin in Shaanxi", 38.29, 109.73, "610000", "610800"),
    ("Danzhou", 19.52, 109.58, "460000", "460400"),
    ("Chongqing", 29.56, 106.55, "500000", "500000"),
    ("Chengdu", 30.57, 104.07, "510000", "510100"),
    ("Deyang", 31.13, 104.40, "510000", "510600"),
    ("Zigong", 29.34, 104.78, "510000", "510300"),
    ("Nanchong", 30.84, 106.11, "510000", "511300"),
    ("Guang'an", 30.46, 106.63, "510000", "511600"),
    ("Kunming", 25.04, 102.72, "530000", "530100"),
    ("Lhasa", 29.65, 91.13, "540000", "540100"),
    ("Shannan", 28.60, 92.20, "540000", "540500"),
    ("south of Nyingchi", 28.20, 94.50, "540000", "540400"),
    ("Turpan", 42.95, 89.19, "650000", "650400"),
    ("west of Hotan", 35.30, 79.50, "650000", "653200"),
    ("Taiwan", 23.80, 121.00, "710000", "710000"),
    ("Diaoyu", 25.74, 123.48, "710000", "710000"),
    ("Hong Kong, New Territories", 22.42, 114.12, "810000", "810000"),
    ("Macao", 22.17, 113.555, "820000", "820000"),
]
OUTSIDE = [("Ulaanbaatar", 47.92, 106.92), ("Hanoi", 21.03, 105.85), ("Kathmandu", 27.72, 85.32), ("Seoul", 37.57, 127)]


def shapes(document: bytes) -> dict[str, list]:
    """Polygons (lists of rings) by code."""
    found = {}
    for feature in json.loads(document)["features"]:
        geometry = feature["geometry"]
        many = geometry["type"] == "MultiPolygon"
        found[feature["properties"]["id"]] = geometry["coordinates"] if many else [geometry["coordinates"]]
    return found


def turn(ring: list) -> float:
    """Positive where the ring runs clockwise on a map with north up."""
    return sum((u - x) * (v + y) for (x, y), (u, v) in pairwise(ring))


def edges(polygons: list) -> set:
    return {(tuple(a), tuple(b)) for rings in polygons for ring in rings for a, b in pairwise(ring)}


def covering(document: bytes, latitude: float, longitude: float) -> list[str]:
    """Codes of the shapes that contain a point, by counting crossings of a ray to the east."""
    found = []
    for code, polygons in shapes(document).items():
        inside = False
        for (x, y), (u, v) in (edge for polygon in polygons for edge in edges([polygon])):
            if (y > latitude) != (v > latitude) and longitude < x + (latitude - y) / (v - y) * (u - x):
                inside = not inside
        if inside:
            found.append(code)
    return found


@pytest.fixture(scope="module")
def shipped():
    return read_boundaries()


@pytest.fixture
def folder(tmp_path):
    """A small replacement folder: two square provinces, one city by its older code, an inset; all clockwise."""
    collections = {
        "provinces.geojson": [("540000", 90.0), ("650000", 80.0)],
        "cities.geojson": [("542200", 91.0), ("371200", 117.0)],
        "south_china_sea.geojson": [("100000", 108.0)],
    }
    for name, squares in collections.items():
        features = [square(code, west) for code, west in squares]
        write(tmp_path / name, {"type": "FeatureCollection", "features": features})
    write(
        tmp_path / "manifest.json",
        {"source": "A map", "licence": "Ours", "notice_en": "A notice", "notice_zh": "说明", "review_number": "审1号"},
    )
    (tmp_path / "aliases.csv").write_text("older,current\n542200,540500\n371200,370100\n", encoding="utf-8")
    return tmp_path


def square(code: str, west: float) -> dict:
    ring = [[west, 30], [west, 34], [west + 4, 34], [west + 4, 30], [west, 30]]
    hole = [[west + 1, 31], [west + 2, 31], [west + 2, 32], [west + 1, 32], [west + 1, 31]]
    geometry = {"type": "Polygon", "coordinates": [ring, hole]}
    return {"type": "Feature", "properties": {"id": code, "name": "名"}, "geometry": geometry}


def write(file: Path, content: dict) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def change(file: Path, edit) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    edit(content)
    write(file, content)


# Shipped files


@pytest.mark.parametrize("document", ["provinces", "cities", "south_china_sea"])
def test_shipped_outer_rings_are_clockwise_and_holes_are_not(shipped, document):
    for code, polygons in shapes(getattr(shipped, document)).items():
        for outer, *holes in polygons:
            assert turn(outer) > 0, code
            assert all(turn(hole) < 0 for hole in holes), code


@pytest.mark.parametrize(
    ("document", "limit"), [("provinces", 60_000), ("cities", 340_000), ("south_china_sea", 5_000)]
)
def test_shipped_files_are_small_and_contain_only_code_and_name(shipped, document, limit):
    raw = getattr(shipped, document)
    assert len(raw) <= limit
    for feature in json.loads(raw)["features"]:
        assert feature["properties"].keys() == {"id", "name"}
        assert feature["properties"]["name"]
    for code, polygons in shapes(raw).items():
        numbers = [number for rings in polygons for ring in rings for point in ring for number in point]
        assert all(round(number, 2) == number for number in numbers), code


def test_shipped_provinces_are_the_34_provinces_of_china(shipped):
    assert set(shipped.province_codes) == PROVINCES
    assert len(shipped.province_codes) == 34


def test_every_prefecture_in_force_has_a_shape_or_is_a_stated_exception(shipped):
    with (Path(__file__).parent / "data" / "prefectures.csv").open(encoding="utf-8", newline="") as lines:
        codes = [row["code"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))]
    assert len(codes) == 368
    assert {code for code in codes if polygon_code(code, shipped) is None} == GROUPS | WITHOUT_SHAPE
    assert all(polygon_code(code, shipped) in {code, None} for code in codes)


def test_every_shipped_city_shape_is_a_place_in_force(shipped):
    with (Path(__file__).parent / "data" / "prefectures.csv").open(encoding="utf-8", newline="") as lines:
        codes = {row["code"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))}
    assert set(shipped.city_codes) <= codes | PROVINCES


@pytest.mark.parametrize(("what", "latitude", "longitude", "province", "city"), POINTS)
def test_known_point_is_only_in_its_own_province_and_city(shipped, what, latitude, longitude, province, city):
    assert covering(shipped.provinces, latitude, longitude) == [province], what
    assert covering(shipped.cities, latitude, longitude) == [city], what


@pytest.mark.parametrize(("what", "latitude", "longitude"), OUTSIDE)
def test_point_abroad_is_in_no_shape(shipped, what, latitude, longitude):
    assert covering(shipped.provinces, latitude, longitude) == [], what
    assert covering(shipped.cities, latitude, longitude) == [], what


@pytest.mark.parametrize("province", INNER_PROVINCES)
def test_inner_province_shares_its_whole_border_with_other_provinces(shipped, province):
    all_shapes = shapes(shipped.provinces)
    own = edges(all_shapes.pop(province))
    others = {(b, a) for polygons in all_shapes.values() for a, b in edges(polygons)}
    assert own <= others


def test_no_border_segment_belongs_to_two_cities_on_the_same_side(shipped):
    every = [edge for polygons in shapes(shipped.cities).values() for edge in edges(polygons)]
    assert len(every) == len(set(every))


def test_the_inset_is_one_shape_in_its_own_frame(shipped):
    assert shipped.inset_codes == ("100000",)
    west, south, east, north = shipped.inset_bounds
    assert (east - west) / (north - south) == pytest.approx(64 / 93.1, rel=0.01)
    assert len(shapes(shipped.south_china_sea)["100000"]) == 12


def test_the_shipped_manifest_carries_licence_and_notices_but_no_review_number(shipped):
    assert shipped.licence == "Apache-2.0"
    assert "International Labour Office" in shipped.notice_en
    assert "国际劳工局" in shipped.notice_zh
    assert shipped.review_number == ""
    licence = (shipped.folder / "LICENSE.txt").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Copyright 2017-2020 The Apache Software Foundation" in licence


# Codes


@pytest.mark.parametrize(
    ("code", "province"),
    [
        ("330000", "330000"),
        ("330521", "330000"),
        ("500101", "500000"),
        ("710000", "710000"),
        ("100000", None),
        ("160000", None),
        ("990000", None),
        ("x-vn", None),
        ("33052", None),
        ("3305211", None),
        ("３３０５２１", None),
        ("", None),
    ],
)
def test_province_of_a_code_is_known_only_inside_china(code, province):
    assert province_code(code) == province


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("330500", "330500"),
        ("330521", "330500"),
        ("110111", "110000"),
        ("310000", "310000"),
        ("429004", "429004"),
        ("810000", "810000"),
        ("710100", "710000"),
        ("542200", "540500"),
        ("542221", "540500"),
        ("540502", "540500"),
        ("652201", "650500"),
        ("469003", "460400"),
        ("371200", "370100"),
        ("371202", "370100"),
        ("330000", None),
        ("339900", None),
        ("460300", None),
        ("100000", None),
        ("x-vn", None),
    ],
)
def test_place_is_drawn_by_its_city_for_old_and_new_codes(shipped, code, shape):
    assert polygon_code(code, shipped) == shape


@pytest.mark.parametrize(
    ("code", "shape"), [("540500", "542200"), ("540502", "542200"), ("542200", "542200"), ("370100", "371200")]
)
def test_current_code_finds_a_replacement_shape_with_the_older_code(folder, code, shape):
    assert polygon_code(code, read_boundaries(folder)) == shape


# A replacement folder


def test_replacement_folder_with_correct_rings_is_served_unchanged(folder):
    boundaries = read_boundaries(folder)
    assert boundaries.provinces == (folder / "provinces.geojson").read_bytes()
    assert boundaries.cities == (folder / "cities.geojson").read_bytes()
    assert boundaries.inset_bounds == (108, 30, 112, 34)
    assert boundaries.province_codes == ("540000", "650000")
    assert (boundaries.source, boundaries.licence, boundaries.review_number) == ("A map", "Ours", "审1号")


def test_rings_in_rfc_7946_order_are_reversed_in_memory_and_not_on_disk(folder):
    def reverse(collection):
        for feature in collection["features"]:
            for ring in feature["geometry"]["coordinates"]:
                ring.reverse()

    before = shapes((folder / "cities.geojson").read_bytes())
    change(folder / "cities.geojson", reverse)
    on_disk = (folder / "cities.geojson").read_bytes()
    boundaries = read_boundaries(folder)
    assert shapes(on_disk) != before
    assert shapes(boundaries.cities) == before
    assert (folder / "cities.geojson").read_bytes() == on_disk
    assert covering(boundaries.cities, 33, 94.5) == ["542200"]


def test_manifest_with_a_byte_order_mark_is_read(folder):
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    (folder / "manifest.json").write_text(text, encoding="utf-8-sig")
    assert read_boundaries(folder).notice_zh == "说明"


def test_fingerprint_depends_on_the_content_and_not_on_the_folder(folder, tmp_path_factory):
    same, other = tmp_path_factory.mktemp("same"), tmp_path_factory.mktemp("other")
    shutil.copytree(folder, same, dirs_exist_ok=True)
    shutil.copytree(folder, other, dirs_exist_ok=True)
    change(other / "manifest.json", lambda manifest: manifest.update(review_number="审2号"))
    first = read_boundaries(folder).fingerprint
    assert len(first) == 12
    assert read_boundaries(same).fingerprint == first
    assert read_boundaries(other).fingerprint != first


@pytest.mark.parametrize(
    "name", ["provinces.geojson", "cities.geojson", "south_china_sea.geojson", "aliases.csv", "manifest.json"]
)
def test_replacement_folder_with_a_missing_file_is_refused(folder, name):
    (folder / name).unlink()
    with pytest.raises(BoundaryProblem, match=rf"{name}: cannot be read"):
        read_boundaries(folder)


@pytest.mark.parametrize("name", ["source", "licence", "notice_en", "notice_zh"])
@pytest.mark.parametrize("word", [None, "  ", 7])
def test_manifest_without_notice_source_or_licence_is_refused(folder, name, word):
    change(folder / "manifest.json", lambda manifest: manifest.update({name: word}))
    with pytest.raises(BoundaryProblem, match=rf"manifest\.json: `{name}`"):
        read_boundaries(folder)


def test_manifest_without_a_review_number_is_accepted(folder):
    change(folder / "manifest.json", lambda manifest: manifest.pop("review_number"))
    assert read_boundaries(folder).review_number == ""


def replace_geometry(**geometry):
    return lambda collection: collection["features"][1].update(geometry=geometry)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: c.update(type="Topology"), "is not a GeoJSON FeatureCollection"),
        (lambda c: c.update(features=[]), "holds no features"),
        (lambda c: c["features"][1].pop("properties"), r"feature 2: `properties\.id` is None"),
        (lambda c: c["features"][1]["properties"].update(id="3712"), r"feature 2: `properties\.id` is '3712'"),
        (lambda c: c["features"][1]["properties"].update(id=371200), r"feature 2: `properties\.id` is 371200"),
        (lambda c: c["features"][1]["properties"].update(id="542200"), "feature 2: 542200 stands there twice"),
        (lambda c: c["features"][1].update(geometry=None), "feature 371200: its geometry is None"),
        (replace_geometry(type="LineString", coordinates=[[1, 2], [3, 4]]), "feature 371200: .*'LineString'"),
        (replace_geometry(type="Polygon", coordinates=[]), "feature 371200: a polygon without rings"),
        (replace_geometry(type="MultiPolygon", coordinates=[[]]), "feature 371200: a polygon without rings"),
        (replace_geometry(type="MultiPolygon", coordinates=None), "feature 371200: a polygon without rings"),
        (replace_geometry(type="Polygon", coordinates=[[[1, 2], [3, 4], [1, 2]]]), "fewer than 4 points"),
        (replace_geometry(type="Polygon", coordinates=[[[1, 2], [3, 4], [5, 4], [6, 2]]]), "does not end where"),
        (
            replace_geometry(type="Polygon", coordinates=[[[500000, 4], [3, 4], [5, 4], [500000, 4]]]),
            r"feature 371200: \[500000, 4\] is no longitude and latitude",
        ),
        (
            replace_geometry(type="Polygon", coordinates=[[[float("nan"), 4], [3, 4], [5, 4], [1, 4]]]),
            r"feature 371200: \[nan, 4\] is no longitude and latitude",
        ),
        (replace_geometry(type="Polygon", coordinates=[[["1", "2"]] * 4]), "is no longitude and latitude"),
    ],
)
def test_replacement_file_with_invalid_shapes_is_refused_naming_file_and_feature(folder, edit, message):
    change(folder / "cities.geojson", edit)
    with pytest.raises(BoundaryProblem, match=rf"cities\.geojson: .*{message}|cities\.geojson: {message}"):
        read_boundaries(folder)


@pytest.mark.parametrize(
    ("content", "message"), [(b"{", "is not JSON"), (b"[1]", "is not a GeoJSON"), (b"\xff\xfe{}", "is not UTF-8")]
)
def test_unparsable_replacement_file_is_refused(folder, content, message):
    (folder / "provinces.geojson").write_bytes(content)
    with pytest.raises(BoundaryProblem, match=rf"provinces\.geojson: {message}"):
        read_boundaries(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("old,new\n1,2\n", "first line"),
        ("", "first line"),
        ("older,current\n5422,540500\n", "line 2: .*six digits"),
        ("older,current\n542200\n", "line 2: .*six digits"),
        ("older,current\n542200,540500\n542200,540400\n", "line 3: 542200 stands there twice"),
    ],
)
def test_invalid_table_of_older_codes_is_refused_with_the_line_number(folder, text, message):
    (folder / "aliases.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BoundaryProblem, match=rf"aliases\.csv: .*{message}"):
        read_boundaries(folder)
