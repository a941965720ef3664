"""The stories of before and after that a viewer may read. Every card and picture comes from here."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data import queries
from data.privacy.aliases import by_enterprise
from data.storage.schema import SIDES
from data.view import View

TEXTS = ("title_en", "title_zh", "before_en", "before_zh", "after_en", "after_zh")

_HASH_LENGTH = 16
"""Number of characters of the keyed hash that replaces a code in an address."""


@dataclass(frozen=True)
class Picture:
    """One picture of a story."""

    media_type: str
    content: bytes


def stories(view: View) -> pd.DataFrame:
    """The stories of the selection that the viewer may read, by module; stories with texts of both sides first.

    Columns as :func:`data.queries.story_rows.stories`, ``tells_both`` (texts of both sides), and ``address``: the code,
    or for a limited viewer a keyed hash, since a code may reveal a hidden name. ``enterprise`` is "enterprise-1…n" if
    its name is hidden.
    """
    frame = queries.stories(view.connection, view.of)
    if not view.shown:
        frame = frame.iloc[:0]
    viewer = view.viewer
    if viewer.limited:
        readable = [_may_read(view, row) for row in frame.to_dict("records")]
        frame = _aliased(view, frame[np.array(readable, bool)])
    has_text = {side: frame[[f"{side}_en", f"{side}_zh"]].notna().any(axis=1) for side in SIDES}
    frame = frame.assign(
        address=[viewer.alias_order(code)[:_HASH_LENGTH] if viewer.limited else code for code in frame["code"]],
        tells_both=has_text["before"] & has_text["after"],
    )
    return _ordered(view, frame)


def picture(view: View, address: str, side: str) -> Picture | None:
    """The picture of one side of a story that the viewer may read, by the story's address; None if there is none."""
    readable = stories(view)
    for code in readable.loc[readable["address"] == address, "code"]:
        row = queries.story_picture(view.connection, code, side)
        return Picture(row.media_type, row.content) if row else None
    return None


def _may_read(view: View, story: Mapping[Hashable, Any]) -> bool:
    """May this limited viewer read the story? No text may name an enterprise that is hidden from them.

    With a threshold they may read only stories of enterprises whose names they may see: any other story would describe
    one of a few enterprises.
    """
    if any(view.names_hidden(story[text]) for text in TEXTS):
        return False
    return not view.threshold or (view.nameable is not None and story["enterprise"] in view.nameable)


def _aliased(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    if view.threshold:  # only stories of enterprises with visible names are left
        return frame
    has_enterprise = frame["enterprise"].notna()
    return pd.concat([by_enterprise(view, frame[has_enterprise]), frame[~has_enterprise]])


def _ordered(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    modules = {code: at for at, code in enumerate(view.catalogue.module)}
    rounds = {code: at for at, code in enumerate(view.catalogue.round)}
    return (
        frame.assign(
            in_module=frame["module"].map(modules).fillna(len(modules)),
            pictured=frame[[f"{side}_width" for side in SIDES]].notna().sum(axis=1),
            in_round=frame["round"].map(rounds).fillna(-1),
        )
        .sort_values(
            ["in_module", "tells_both", "pictured", "in_round", "address"],
            ascending=[True, False, False, False, True],
            kind="stable",
        )
        .drop(columns=["in_module", "pictured", "in_round"])
        .reset_index(drop=True)
    )
