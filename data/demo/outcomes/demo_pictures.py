"""Draws the pictures of stories: the same things in disorder before, and in order after. Labels them as invented."""

from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from data.demo.basics.chance import Chance

WIDTH, HEIGHT = 800, 520
_WALL, _FLOOR, _SHELF, _INK = "#e9edf0", "#c9d1d8", "#7b8894", "#16232e"
_COLOURS = ("#0b5c8f", "#e8a33d", "#b4501e", "#4d7c5a", "#6d5a8c", "#8a9aa8")
_ROWS, _COLUMNS = 3, 7
_SIDE = 76


class Thing(NamedTuple):
    """One thing on the shop floor."""

    colour: str
    round: bool
    width: int
    height: int


def draw_pictures(folder: Path, story: int) -> dict[str, str]:
    """Draw the pictures of one story into `folder`: two, one or none. Returns the file names by column."""
    chance = Chance(story)
    sides = chance.weighted({("before", "after"): 0.7, ("after",): 0.15, (): 0.15})
    things = [_thing(chance) for _ in range(chance.whole(12, _ROWS * _COLUMNS))]
    names = {}
    for side in sides:
        image = _in_disorder(things, chance) if side == "before" else _in_order(things)
        names[f"{side}_image"] = f"story-{story}-{side}.png"
        image.save(folder / names[f"{side}_image"], optimize=True)
    return names


def remove_pictures(folder: Path) -> None:
    """Delete the pictures of an earlier programme from the folder."""
    for side in ("before", "after"):
        for path in folder.glob(f"story-*-{side}.png"):
            path.unlink()


def _thing(chance: Chance) -> Thing:
    return Thing(chance.pick(_COLOURS), chance.happens(0.35), chance.whole(34, 70), chance.whole(34, 70))


def _room(floor: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (WIDTH, HEIGHT), _WALL)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT - floor, WIDTH, HEIGHT), fill=_FLOOR)
    return image, draw


def _in_disorder(things: list[Thing], chance: Chance) -> Image.Image:
    image, draw = _room(floor=410)
    for thing in things:
        _put(image, thing, chance.whole(50, WIDTH - 50), chance.whole(130, HEIGHT - 80), chance.whole(-60, 60))
    return _labelled(image, draw)


def _in_order(things: list[Thing]) -> Image.Image:
    image, draw = _room(floor=130)
    step = (WIDTH - 120) // _COLUMNS
    for row in range(_ROWS):
        y = 150 + row * 120
        draw.rectangle((50, y, WIDTH - 50, y + 8), fill=_SHELF)
        for column in range(_COLUMNS):
            x = 60 + column * step
            draw.rectangle((x + 22, y + 12, x + step - 22, y + 24), fill="#ffffff", outline=_SHELF)
    for position, thing in enumerate(sorted(things)):
        row, column = divmod(position, _COLUMNS)
        _put(image, thing, 60 + column * step + step // 2, 150 + row * 120 - thing.height // 2, 0)
    return _labelled(image, draw)


def _put(image: Image.Image, thing: Thing, x: int, y: int, degrees: int) -> None:
    """Draw a thing with its middle at (x, y), turned by this number of degrees."""
    piece = Image.new("RGBA", (_SIDE, _SIDE), (0, 0, 0, 0))
    left, top = (_SIDE - thing.width) // 2, (_SIDE - thing.height) // 2
    box = (left, top, left + thing.width, top + thing.height)
    draw = ImageDraw.Draw(piece)
    (draw.ellipse if thing.round else draw.rectangle)(box, fill=thing.colour, outline=_INK, width=2)
    piece = piece.rotate(degrees, expand=True)
    image.paste(piece, (x - piece.width // 2, y - piece.height // 2), piece)


def _labelled(image: Image.Image, draw: ImageDraw.ImageDraw) -> Image.Image:
    """The picture with a label that it is synthetic. It has few colours, so that the file is small."""
    draw.rectangle((0, HEIGHT - 44, WIDTH, HEIGHT), fill=_INK)
    label = "SYNTHETIC: drawn for demonstration"
    draw.text((WIDTH / 2, HEIGHT - 22), label, fill="#ffffff", font=ImageFont.load_default(22), anchor="mm")
    return image.quantize(64)
