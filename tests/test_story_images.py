"""Loading story pictures: checked, rotated, resized, stripped; replaced and removed."""

import io
import zlib

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import select

from data.editions import frozen_copies
from data.loading import load
from data.loading.writes.picture_files import LONGEST_SIDE, prepare
from data.storage.database import reading_engine
from data.storage.schema import batch_change, story_image
from tests.loading_files import small_programme, write_folder

pytestmark = pytest.mark.both_databases

ORIENTATION = 0x0112
GPS = 0x8825


@pytest.fixture
def engine(engine, tmp_path):
    load(engine, write_folder(tmp_path / "first", small_programme()))
    return engine


def photo(path, size=(60, 40), colour="#a03020", **options):
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.new("RGB", size, colour).save(path, **options)
    return path


def camera(path, size=(60, 40), turned=6):
    """An upright phone photo with its metadata: location, device, and a comment."""
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    exif[0x010F] = "A phone"
    exif.get_ifd(GPS)[1] = "N"
    return photo(path, size, format="JPEG", exif=exif, comment=b"A comment", icc_profile=b"A profile")


def story(**cells):
    return {"story": [{**small_programme()["story"][0], **cells}]}


def put(engine, folder, tables, pictures=None):
    folder.mkdir(exist_ok=True)
    for name, content in (pictures or {}).items():
        (folder / name).write_bytes(content)
    return load(engine, write_folder(folder, tables))


def picture_bytes(colour="#a03020", kind="PNG", size=(60, 40)):
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, kind)
    return content.getvalue()


def stored(engine):
    with engine.connect() as connection:
        return {(row.story, row.side): row for row in connection.execute(select(story_image))}


def opened(content):
    return Image.open(io.BytesIO(content))


def test_phone_photo_is_turned_upright_and_loses_device_and_location_data(tmp_path):
    prepared = prepare(camera(tmp_path / "photo.jpg"))
    assert (prepared.media_type, prepared.width, prepared.height) == ("image/jpeg", 40, 60)
    image = opened(prepared.content)
    assert image.size == (40, 60)
    assert not image.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp", "photoshop"} & image.info.keys()
    for told in (b"A phone", b"A comment", b"A profile", b"Exif"):
        assert told in (tmp_path / "photo.jpg").read_bytes()
        assert told not in prepared.content


def test_png_loses_its_text_chunks_and_colour_profile(tmp_path):
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "A person")
    texts.add_itxt("XML:com.adobe.xmp", "<x>A place</x>")
    path = photo(tmp_path / "photo.png", pnginfo=texts, icc_profile=b"A profile", exif=Image.Exif())
    prepared = prepare(path)
    image = opened(prepared.content)
    image.load()
    assert prepared.media_type == "image/png"
    assert not image.info
    assert b"A person" not in prepared.content
    assert b"A place" not in prepared.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_large_picture_is_reduced_to_screen_size(tmp_path, kind):
    path = photo(tmp_path / f"photo.{kind.lower()}", (4000, 3000), format=kind)
    prepared = prepare(path)
    assert (prepared.width, prepared.height) == (LONGEST_SIDE, 1200)
    assert opened(prepared.content).size == (LONGEST_SIDE, 1200)


def test_small_picture_keeps_its_size(tmp_path):
    assert (prepare(photo(tmp_path / "photo.png", (30, 20))).width) == 30


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_of_every_colour_type_is_accepted(tmp_path, mode):
    Image.new(mode, (2000, 10)).save(tmp_path / "photo.png")
    assert (prepare(tmp_path / "photo.png").width) == LONGEST_SIDE


def test_cmyk_jpeg_is_converted_to_rgb(tmp_path):
    Image.new("CMYK", (20, 10)).save(tmp_path / "photo.jpg")
    assert opened(prepare(tmp_path / "photo.jpg").content).mode == "RGB"


def test_only_the_first_frame_of_an_animation_is_stored(tmp_path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "photo.png", save_all=True, append_images=frames[1:])
    assert not getattr(opened(prepare(tmp_path / "photo.png").content), "is_animated", False)


def test_data_appended_to_a_picture_is_not_stored(engine, tmp_path):
    script = b"<script>alert(1)</script>PK\x03\x04"
    report = put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": picture_bytes() + script})
    assert report.loaded
    assert script not in stored(engine)["st1", "before"].content


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"#!/bin/sh\necho\n",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a/*" + picture_bytes() + b"*/=1;alert(1)",
        picture_bytes(kind="JPEG"),  # an extension of another type
        b"",
    ],
)
def test_invalid_picture_is_refused_and_nothing_is_loaded(engine, tmp_path, content):
    report = put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": content})
    assert [(found.row, found.column, found.reason) for found in report.refusals] == [(2, "before_image", "image-kind")]
    assert not stored(engine)


def bomb(width, height):
    """A PNG of `width` × `height` black points in few bytes."""

    def chunk(kind, content):
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + b"\x01\x00\x00\x00\x00"
    rows = zlib.compress(bytes((width // 8 + 1) * min(height, 2000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (20_000, 4_000)])
def test_decompression_bomb_is_refused_before_decoding(engine, tmp_path, width, height):
    report = put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": bomb(width, height)})
    assert [found.reason for found in report.refusals] in (["image-kind"], ["image-size"])
    assert not stored(engine)


def test_pictures_are_loaded_with_their_story_and_reloading_changes_nothing(engine, tmp_path):
    tables = story(before_image="a.png", after_image="b.jpg")
    pictures = {"a.png": picture_bytes(), "b.jpg": picture_bytes(kind="JPEG")}
    report = put(engine, tmp_path / "in", tables, pictures)
    assert (report.tables["story_image"].added, report.tables["story"].changed) == (2, 1)
    assert {key: row.media_type for key, row in stored(engine).items()} == {
        ("st1", "before"): "image/png",
        ("st1", "after"): "image/jpeg",
    }
    again = put(engine, tmp_path / "again", tables, pictures)
    assert (again.added, again.changed, again.batch) == (0, 0, None)


def test_dry_run_counts_pictures_and_stores_none(engine, tmp_path):
    folder = write_folder(tmp_path / "in", story(before_image="a.png"))
    (folder / "a.png").write_bytes(picture_bytes())
    assert load(engine, folder, dry_run=True).tables["story_image"].added == 1
    assert not stored(engine)


def test_different_picture_with_the_same_name_replaces_the_stored_one(engine, tmp_path):
    put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": picture_bytes()})
    report = put(engine, tmp_path / "later", story(before_image="a.png"), {"a.png": picture_bytes("#0000ff")})
    assert (report.tables["story"].changed, report.tables["story_image"].changed, report.batch) == (0, 1, 3)
    assert opened(stored(engine)["st1", "before"].content).getpixel((0, 0)) == (0, 0, 255)


def test_blanked_cell_removes_the_picture(engine, tmp_path):
    put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": picture_bytes()})
    report = put(engine, tmp_path / "later", story(before_image=None))
    assert report.tables["story_image"].changed == 1
    assert not stored(engine)


def test_sheet_without_the_picture_column_keeps_the_picture(engine, tmp_path):
    put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": picture_bytes()})
    put(engine, tmp_path / "later", {"story": [{"code": "st1", "title_en": "Another title"}]})
    assert list(stored(engine)) == [("st1", "before")]


def test_stored_picture_need_not_be_uploaded_again(engine, tmp_path):
    put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": picture_bytes()})
    report = put(engine, tmp_path / "later", story(before_image="a.png", title_en="Another title"))
    assert (report.refusals, report.tables["story"].changed) == ((), 1)
    assert list(stored(engine)) == [("st1", "before")]


def test_picture_with_a_new_name_must_be_uploaded(engine, tmp_path):
    put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": picture_bytes()})
    report = put(engine, tmp_path / "later", story(before_image="c.png"))
    assert [found.reason for found in report.refusals] == ["image-missing"]


def test_batch_records_picture_changes_completely(engine, tmp_path):
    put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": picture_bytes()})
    with engine.connect() as connection:
        rows = connection.execute(select(batch_change).where(batch_change.c.table_name == "story_image")).all()
    assert [(row.row_key, row.before) for row in rows] == [('["st1", "before"]', None)]
    assert rows[0].after["width"] == 60


def test_edition_contains_the_pictures(engine, tmp_path):
    put(engine, tmp_path / "in", story(before_image="a.png"), {"a.png": picture_bytes()})
    made = frozen_copies.freeze(engine, "NTAC 6", tmp_path / "editions")
    frozen = reading_engine(f"sqlite:///{made.path}", frozen=True)
    assert stored(frozen) == stored(engine)
    frozen.dispose()


def test_pictures_are_read_only_from_the_folder_next_to_the_sheet(engine, tmp_path):
    photo(tmp_path / "secret.png")
    report = put(engine, tmp_path / "in", story(before_image="../secret.png"))
    assert [found.reason for found in report.refusals] == ["image-name"]
