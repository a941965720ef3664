"""Pictures of stories as the database keeps them: upright, no larger than a screen, nothing but the picture."""

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
    """A picture ready to be stored."""

    media_type: str
    width: int
    height: int
    content: bytes


def prepare(path: Path) -> Picture:
    """The picture at `path`, which was checked: turned as the camera held it, made smaller, without anything a camera,
    a phone or a program wrote beside it.
    """
    kind = image_kind(path.name)
    with Image.open(path, formats=(kind,)) as opened:
        if kind == "JPEG":
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # the decoder itself skips what is too fine
        image = ImageOps.exif_transpose(opened)
    if image.mode not in _PLAIN or (kind == "JPEG" and image.mode not in ("L", "RGB")):
        image = image.convert("RGB")
    if max(image.size) > LONGEST_SIDE:
        if image.mode == "P":
            image = image.convert("RGBA")  # colours of a palette cannot be mixed
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    # Pillow would write back the profile and the comments it read.
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    content = io.BytesIO()
    image.save(content, kind, **({"quality": _QUALITY} if kind == "JPEG" else {}))
    return Picture(f"image/{kind.lower()}", image.width, image.height, content.getvalue())
