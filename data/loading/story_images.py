"""The pictures a sheet of stories names, on their way into the database."""

from collections.abc import Iterable
from pathlib import Path

from data.loading.pictures import prepare
from data.loading.row_writing import Writing
from data.loading.rules import Fact
from data.loading.stored import Stored
from data.schema import SIDES, story_image


def of_stories(facts: Iterable[Fact], folder: Path, stored: Stored) -> Writing:
    """What a sheet of stories does to the pictures: a name brings its picture in, a blank cell takes it away.

    A picture that is on record need not lie beside the sheet again.
    """
    writing = Writing(story_image)
    for fact in facts:
        for side in SIDES:
            column = f"{side}_image"
            if column not in fact.typed.positions:
                continue
            name = fact.typed.values[column]
            key = (fact.key[0], side)
            before = stored.row(story_image, key)
            if name is None:
                if before is not None:
                    writing.removed.append((key, before))
            elif before is not None and not (folder / name).is_file():
                writing.unchanged += 1
            else:
                new = vars(prepare(folder / name))
                if before is None:
                    writing.added.append({"story": key[0], "side": side, **new})
                elif any(before[part] != value for part, value in new.items()):
                    writing.changed.append((key, before, new))
                else:
                    writing.unchanged += 1
    return writing
