"""Scripts and style sheets: addresses with a content hash, compressed in advance, cached by the browser."""

import gzip
import os
import re
from pathlib import Path

import brotli
import pytest
from visiting import Visit

from dashboard import static_files

LINKED = re.compile(r'(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)"')
DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.fixture(scope="module")
def compressed(tmp_path_factory: pytest.TempPathFactory):
    """A folder of files compressed at the fastest level: their size does not matter here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(static_files, "COMPRESSED", tmp_path_factory.mktemp("kept") / "new")
        quick = {"br": lambda content: brotli.compress(content, quality=1), "gzip": lambda data: gzip.compress(data, 1)}
        patch.setattr(static_files, "COMPRESSORS", quick)
        static_files.prepare()
        yield static_files.COMPRESSED


def addresses(visit: Visit) -> list[str]:
    return LINKED.findall(visit.open("/").text) + LINKED.findall(visit.open("/present").text)


def get(visit: Visit, address: str, **headers: str):
    return visit.client.get(address, headers=headers, buffered=True)


def test_every_script_and_style_is_served_from_the_precompressed_files(public, compressed):
    found = addresses(public)
    assert len(found) > 15
    for address in found:
        plain = get(public, address, **{"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        for encoding, decode in DECODERS.items():
            answer = get(public, address, **{"Accept-Encoding": encoding})
            assert answer.headers["Content-Encoding"] == encoding, address
            assert answer.headers["Content-Type"] == plain.headers["Content-Type"]
            assert decode(answer.data) == plain.data
            assert answer.data in [path.read_bytes() for path in compressed.glob(f"*.{encoding}")]


def test_smallest_encoding_the_browser_accepts_is_chosen(public, compressed):
    for accepted, chosen in {"gzip, deflate, br, zstd": "br", "gzip": "gzip", "gzip, br;q=0": "gzip"}.items():
        answer = get(public, addresses(public)[0], **{"Accept-Encoding": accepted})
        assert answer.headers["Content-Encoding"] == chosen
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_static_files_are_cached_for_a_year_across_sessions(public, compressed):
    for address in addresses(public):
        if address.startswith("/assets/present"):
            continue
        answer = get(public, address)
        assert answer.headers["Cache-Control"] == "max-age=31536000, immutable", address
        assert "Cookie" not in answer.headers["Vary"]


@pytest.mark.parametrize("wrong", ["0" * 20, "1795708241"])
def test_address_with_another_content_hash_is_served_without_caching(public, wrong):
    """During a rolling upgrade, a page of one machine may request files that another does not have yet."""
    for address in addresses(public):
        other = re.sub(r"(?<=[?]m=)\w+$|(?<=\dm)[0-9a-f]{20}(?=\.)", wrong, address)
        if other != address:
            answer = get(public, other)
            assert answer.status_code in (200, 404)
            assert "max-age" not in answer.headers["Cache-Control"], other


def test_static_address_does_not_depend_on_file_times(public):
    before = addresses(public)
    asset = static_files.ASSETS / static_files.PLOTLY
    times = asset.stat().st_atime, asset.stat().st_mtime
    os.utime(asset, (1, 1))
    try:
        assert addresses(public) == before
    finally:
        os.utime(asset, times)


def test_changed_static_file_has_another_address(tmp_path, monkeypatch):
    monkeypatch.setattr(static_files, "ASSETS", tmp_path)
    file = tmp_path / "x.css"
    file.write_text("a {}")
    before = static_files.asset_address("x.css")
    file.write_text("b {}")
    os.utime(file, (1, 1))
    assert static_files.asset_address("x.css") != before


def test_repeated_request_gets_not_modified(public, compressed):
    address = "/assets/present/slide.js"
    first = get(public, address, **{"Accept-Encoding": "br"})
    assert first.headers["Cache-Control"] == "no-cache"
    again = get(public, address, **{"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = get(public, address, **{"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_page_loads_only_what_it_needs_and_not_the_full_plotly(public):
    found = " ".join(addresses(public))
    assert found.count("plotly") == 2  # one of the pages and one of the show
    assert "package_data/plotly" not in found
    assert "dash_table" not in found
    assert "polyfill" not in found
    for path in static_files.LOADED_AT_ONCE:
        assert Path(path).stem in found


def test_files_outside_the_assets_folder_are_not_served(public):
    for address in ("/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/LICENSE-none"):
        assert get(public, address).status_code == 404, address


def test_files_are_compressed_per_request_when_the_folder_is_not_writable(public, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setattr(static_files, "COMPRESSED", tmp_path / "file" / "folder")
    static_files.prepare()
    assert "compressed anew" in caplog.text
    assert get(public, addresses(public)[0], **{"Accept-Encoding": "gzip"}).status_code == 200
