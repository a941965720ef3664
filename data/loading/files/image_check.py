"""Checks that a story image next to the sheet is the kind of image its name says."""

import re
import warnings
from pathlib import Path

from PIL import Image

from data.loading.checks.remarks import Unfit

_NAME = re.compile(r"[^/\\:\x00-\x1f.][^/\\:\x00-\x1f]*\.(png|jpe?g)", re.IGNORECASE)
_LONGEST_NAME = 200  # the length of the database column
_MOST_PIXELS = 50_000_000


def image_kind(name: str) -> str:
    """The kind of image by its file name: PNG or JPEG. Raises :class:`Unfit` for any other name."""
    match = _NAME.fullmatch(name)
    if match is None or len(name) > _LONGEST_NAME:
        raise Unfit("image-name")
    return "PNG" if match[1].lower() == "png" else "JPEG"


def check_image(folder: Path, name: str) -> None:
    """Raise :class:`Unfit` unless `name` is an undamaged PNG or JPEG file in `folder`, of the kind its name says."""
    kind = image_kind(name)
    path = folder / name
    if not path.is_file():
        raise Unfit("image-missing")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(path, formats=(kind,)) as image:
                image.verify()
            with Image.open(path, formats=(kind,)) as image:
                too_large = image.width * image.height > _MOST_PIXELS
                if not too_large:
                    image.load()
    except Exception as error:  # decoders raise many kinds of errors for broken images
        raise Unfit("image-kind") from error
    if too_large:
        raise Unfit("image-size", most=_MOST_PIXELS // 1_000_000)
