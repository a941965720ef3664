"""Stories of before and after as one viewer may read them: the one way every card and picture comes."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data import queries
from data.privacy.aliases import by_enterprise
from data.queries.story_rows import SIDES
from data.view import View

TEXTS = ("title_en", "title_zh", "before_en", "before_zh", "after_en", "after_zh")

_SIGN = 16
"""So many letters of a keyed hash stand in an address in place of a code."""


@dataclass(frozen=True)
class Picture:
    """One picture of a story."""

    media_type: str
    content: bytes


def stories(view: View) -> pd.DataFrame:
    """The stories of the selection that the viewer may read, module by module, those that tell both sides first.

    Columns as :func:`data.queries.story_rows`, ``tells_both``, and ``address``: the code, or for who comes by a link a
    sign of its own, since a code may speak of who is not named. ``enterprise`` is "enterprise-1…n" where it has no
    name for the viewer.
    """
    found = queries.stories(view.connection, view.of)
    if not view.shown:
        found = found.iloc[:0]
    viewer = view.viewer
    if viewer.limited:
        readable = [_may_read(view, row) for row in found.to_dict("records")]
        found = _aliased(view, found[np.array(readable, bool)])
    told = {side: found[[f"{side}_en", f"{side}_zh"]].notna().any(axis=1) for side in SIDES}
    found = found.assign(
        address=[viewer.alias_order(code)[:_SIGN] if viewer.limited else code for code in found["code"]],
        tells_both=told["before"] & told["after"],
    )
    return _ordered(view, found)


def picture(view: View, address: str, side: str) -> Picture | None:
    """The picture of one side of a story that the viewer may read, by the story's address; None where there is none."""
    found = stories(view)
    for code in found.loc[found["address"] == address, "code"]:
        held = queries.story_picture(view.connection, code, side)
        return Picture(held.media_type, held.content) if held else None
    return None


def _may_read(view: View, story: Mapping[Hashable, Any]) -> bool:
    """Who comes by a link reads no text that names an enterprise hidden from them; under a threshold only stories of
    enterprises they may see the names of, since any other stands for one enterprise of a few.
    """
    if any(view.names_hidden(story[text]) for text in TEXTS):
        return False
    return not view.threshold or (view.nameable is not None and story["enterprise"] in view.nameable)


def _aliased(view: View, found: pd.DataFrame) -> pd.DataFrame:
    if view.threshold:  # those of enterprises with names alone
        return found
    of_one = found["enterprise"].notna()
    return pd.concat([by_enterprise(view, found[of_one]), found[~of_one]])


def _ordered(view: View, found: pd.DataFrame) -> pd.DataFrame:
    modules = {code: at for at, code in enumerate(view.catalogue.module)}
    rounds = {code: at for at, code in enumerate(view.catalogue.round)}
    return (
        found.assign(
            in_module=found["module"].map(modules).fillna(len(modules)),
            pictured=found[[f"{side}_width" for side in SIDES]].notna().sum(axis=1),
            in_round=found["round"].map(rounds).fillna(-1),
        )
        .sort_values(
            ["in_module", "tells_both", "pictured", "in_round", "address"],
            ascending=[True, False, False, False, True],
            kind="stable",
        )
        .drop(columns=["in_module", "pictured", "in_round"])
        .reset_index(drop=True)
    )
