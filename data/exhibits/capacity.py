"""Trainers by level and module, and the ladder from candidate to expert. Small numbers of trainers are people."""

from typing import Any

import pandas as pd

from data import queries
from data.columns import Count, Key
from data.exhibit import Exhibit, Part
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.rests_on import RestsOn, by_source
from data.storage import schema
from data.storage.schema import TRAINER_LEVELS
from data.view import View

_SEXES = ("women", "men", "sex_unknown")


def numbers(view: View) -> pd.DataFrame:
    """One row per module × level that somebody reached: trainers, of them women (None: of nobody is the sex known)."""
    levels = _levels(view)
    reached = _levels(_whole(view)) if view.threshold else levels
    there = set(zip(reached["module"], reached["level"], strict=True))
    rows = [
        {"module": module, "level": level}
        | _count(view, levels[(levels["module"] == module) & (levels["level"] == level)])
        for module in view.catalogue.module
        for level in TRAINER_LEVELS
        if (module, level) in there
    ]
    return _women(view, pd.DataFrame(rows, columns=["module", "level", "trainers", *_SEXES]))


def ladder(view: View) -> pd.DataFrame:
    """One row a level, lowest first, with every trainer on record at it in any module: level, trainers, women, men,
    sex_unknown; and ``everyone``, all trainers of any level.
    """
    levels = _levels(view)
    rows = [{"level": level} | _count(view, levels[levels["level"] == level]) for level in TRAINER_LEVELS]
    return _women(view, pd.DataFrame(rows).assign(everyone=_shown(view, levels["trainer"])))


def _sources(view: View, _table: pd.DataFrame, _indicator: str) -> pd.DataFrame:
    """The sources of every level and of every trainer counted; where a threshold holds, of everything in scope."""
    levels = _levels(_whole(view) if view.threshold else view)
    named = [levels["source"], levels.drop_duplicates("trainer")["trainer_source"]]
    return by_source(pd.concat(named, ignore_index=True))


def _trainer_rows(view: View) -> Rows:
    return exhibit_rows.coded_rows(schema.trainer, _levels(view)["trainer"].unique())


def _level_rows(view: View) -> Rows:
    levels = _levels(view)
    return exhibit_rows.keyed_rows(
        schema.trainer_level, zip(levels["trainer"], levels["module"], levels["level"], strict=True)
    )


def _whole(view: View) -> View:
    return view.with_filters(view.filters.unfiltered())


def _levels(view: View) -> pd.DataFrame:
    if "trainer levels" not in view.built:
        view.built["trainer levels"] = queries.trainer_levels(view.connection, view.of)
    levels: pd.DataFrame = view.built["trainer levels"]
    return levels


def _shown(view: View, trainers: "pd.Series[Any]") -> int:
    """How many trainers these are, as the viewer is shown it."""
    if view.disclosure is None:
        return int(trainers.nunique())
    return view.disclosure.rounding.count_coded("trainer", trainers)


def _count(view: View, levels: pd.DataFrame) -> dict[str, int]:
    each = levels.drop_duplicates("trainer")
    of_sex = {"women": each["sex"] == "f", "men": each["sex"] == "m"}
    of_sex["sex_unknown"] = ~(of_sex["women"] | of_sex["men"])
    counted = {"trainers": _shown(view, each["trainer"])}
    return counted | {name: _shown(view, each.loc[which, "trainer"]) for name, which in of_sex.items()}


def _women(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """Where the sex of nobody is on record, the number of women is not known either; rounded numbers do not tell."""
    if view.threshold:
        return frame
    unknown = [a == b and bool(a) for a, b in zip(frame["trainers"], frame["sex_unknown"], strict=True)]
    women = [None if nobody else n for nobody, n in zip(unknown, frame["women"], strict=True)]
    return frame.assign(women=pd.Series(women, index=frame.index, dtype=object))


EXHIBIT = Exhibit(
    code="capacity",
    columns=(
        Key("module", of="module"),
        Key("level"),
        Count("trainers"),
        Count("women"),
        Count("men", exported=False),
        Count("sex_unknown", exported=False),
    ),
    numbers=numbers,
    rests_on=RestsOn(_sources, {"trainer": _trainer_rows, "trainer_level": _level_rows}),
    more={
        "ladder": Part(
            columns=(
                Key("level"),
                Count("trainers"),
                Count("women"),
                Count("men"),
                Count("sex_unknown"),
                Count("everyone"),
            ),
            numbers=ladder,
        ),
    },
)
