"""Pictures of stories, drawn: the same things lying about before, each in its place after. Marked as invented."""

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
    """Draw the pictures of one story into `folder`: two of most, one of some, none of others. File names by column."""
    chance = Chance(story)
    wanted = chance.weighted({("before", "after"): 0.7, ("after",): 0.15, (): 0.15})
    things = [_thing(chance) for _ in range(chance.whole(12, _ROWS * _COLUMNS))]
    names = {}
    for side in wanted:
        image = _lying_about(things, chance) if side == "before" else _in_place(things)
        names[f"{side}_image"] = f"story-{story}-{side}.png"
        image.save(folder / names[f"{side}_image"], optimize=True)
    return names


def remove_pictures(folder: Path) -> None:
    """Take away the pictures an earlier programme left in the folder."""
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


def _lying_about(things: list[Thing], chance: Chance) -> Image.Image:
    image, draw = _room(floor=410)
    for thing in things:
        _put(image, thing, chance.whole(50, WIDTH - 50), chance.whole(130, HEIGHT - 80), chance.whole(-60, 60))
    return _marked(image, draw)


def _in_place(things: list[Thing]) -> Image.Image:
    image, draw = _room(floor=130)
    across = (WIDTH - 120) // _COLUMNS
    for row in range(_ROWS):
        y = 150 + row * 120
        draw.rectangle((50, y, WIDTH - 50, y + 8), fill=_SHELF)
        for column in range(_COLUMNS):
            x = 60 + column * across
            draw.rectangle((x + 22, y + 12, x + across - 22, y + 24), fill="#ffffff", outline=_SHELF)
    for at, thing in enumerate(sorted(things)):
        row, column = divmod(at, _COLUMNS)
        _put(image, thing, 60 + column * across + across // 2, 150 + row * 120 - thing.height // 2, 0)
    return _marked(image, draw)


def _put(image: Image.Image, thing: Thing, x: int, y: int, turned: int) -> None:
    """Lay a thing with its middle at a point."""
    piece = Image.new("RGBA", (_SIDE, _SIDE), (0, 0, 0, 0))
    left, top = (_SIDE - thing.width) // 2, (_SIDE - thing.height) // 2
    box = (left, top, left + thing.width, top + thing.height)
    draw = ImageDraw.Draw(piece)
    (draw.ellipse if thing.round else draw.rectangle)(box, fill=thing.colour, outline=_INK, width=2)
    piece = piece.rotate(turned, expand=True)
    image.paste(piece, (x - piece.width // 2, y - piece.height // 2), piece)


def _marked(image: Image.Image, draw: ImageDraw.ImageDraw) -> Image.Image:
    """The picture with a band that says it is invented, in few colours so that the file is small."""
    draw.rectangle((0, HEIGHT - 44, WIDTH, HEIGHT), fill=_INK)
    said = "SYNTHETIC: drawn for demonstration"
    draw.text((WIDTH / 2, HEIGHT - 22), said, fill="#ffffff", font=ImageFont.load_default(22), anchor="mm")
    return image.quantize(64)
