"""Prepares story pictures for the database: upright, at most the size of a screen, without metadata."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from data.loading.files.image_check import image_kind

LONGEST_SIDE = 1600
_QUALITY = 85
_PLAIN = ("L", "LA", "P", "RGB", "RGBA")


@dataclass(frozen=True)
class Picture:
    """A picture ready to be stored; width and height in pixels."""

    media_type: str
    width: int
    height: int
    content: bytes


def prepare(path: Path) -> Picture:
    """The picture at `path`, turned upright, made smaller, and without metadata (camera, position, comments).

    The file must have been checked before.
    """
    kind = image_kind(path.name)
    with Image.open(path, formats=(kind,)) as opened:
        if kind == "JPEG":
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # the decoder reads at a lower resolution
        image = ImageOps.exif_transpose(opened)
    if image.mode not in _PLAIN or (kind == "JPEG" and image.mode not in ("L", "RGB")):
        image = image.convert("RGB")
    if max(image.size) > LONGEST_SIDE:
        if image.mode == "P":
            image = image.convert("RGBA")  # a palette has no colours in between
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    # Pillow would save the profile and the comments again.
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    content = io.BytesIO()
    image.save(content, kind, **({"quality": _QUALITY} if kind == "JPEG" else {}))
    return Picture(f"image/{kind.lower()}", image.width, image.height, content.getvalue())
