"""Writes the pictures that are named in a sheet of stories."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from data.loading.checks.rules import Fact
from data.loading.checks.stored_rows import Key, Stored
from data.loading.writes.picture_files import prepare
from data.loading.writes.row_writing import Writing
from data.storage.schema import SIDES, story_image


def from_stories(facts: Iterable[Fact], folder: Path, stored: Stored) -> Iterator[Writing]:
    """The pictures to insert, update and delete for each story.

    A file name in a cell stores the picture, a blank cell deletes it. A picture that is already stored does not need
    a file next to the sheet.
    """
    for fact in facts:
        writing = Writing(story_image)
        for side in SIDES:
            if f"{side}_image" in fact.typed.positions:
                _add_picture(writing, fact.typed.values[f"{side}_image"], (fact.key[0], side), folder, stored)
        yield writing


def _add_picture(writing: Writing, name: str | None, key: Key, folder: Path, stored: Stored) -> None:
    before = stored.row(story_image, key)
    if name is None:
        if before is not None:
            writing.removed.append((key, before))
    elif before is not None and not (folder / name).is_file():
        writing.unchanged += 1
    else:
        new = vars(prepare(folder / name))
        if before is None:
            writing.added.append({"story": key[0], "side": key[1], **new})
        elif any(before[part] != value for part, value in new.items()):
            writing.changed.append((key, before, new))
        else:
            writing.unchanged += 1
