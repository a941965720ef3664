"""Trainers by level and module, and the ladder from candidate to expert. Small numbers of trainers are people."""

from typing import Any

import pandas as pd

from data import disclosure, queries
from data.disclosure import Rule
from data.filters import DIMENSIONS
from data.schema import TRAINER_LEVELS
from data.view import View

CAPACITY_COLUMNS = ("module", "level", "trainers", "women")
_SEXES = ("women", "men", "sex_unknown")
TRAINERS = Rule(key=("module", "level"), counts=("trainers", *_SEXES), parts=(("trainers", _SEXES),))
LADDER = Rule(key=("level",), counts=("trainers", *_SEXES), parts=(("trainers", _SEXES),))


def capacity(view: View) -> pd.DataFrame:
    """One row per module × level that somebody reached: trainers, of them women (None: of nobody is the sex known)."""
    frame, flags = _counted(view)
    if view.threshold:
        frame = disclosure.withhold(frame, TRAINERS, flags, view.threshold)
    return _women(frame)


def ladder(view: View) -> pd.DataFrame:
    """One row a level, lowest first, with every trainer on record at it in any module: level, trainers, women, men,
    sex_unknown; and ``everyone``, all trainers of any level.
    """
    levels = _levels(view)
    rows = [{"level": level} | _count(levels[levels["level"] == level]) for level in TRAINER_LEVELS]
    frame = pd.DataFrame(rows).assign(everyone=levels["trainer"].nunique())
    if view.threshold:
        flags = disclosure.flagged(frame, LADDER, view.threshold)
        _modules, hidden = _counted(view)
        for level in flags.index:
            for name in _SEXES:  # the sum over modules says it
                of_modules = hidden.loc[[key[1] == level for key in hidden.index], name]
                flags.loc[level, name] |= bool(of_modules.any())
        frame = disclosure.withhold(frame, LADDER, flags, view.threshold)
        if flags["trainers"].any():
            frame["everyone"] = pd.Series([disclosure.Withheld(view.threshold)] * len(frame), dtype=object)
    return _women(frame)


def sources(view: View) -> "pd.Series[Any]":
    """The source of every level and of every trainer counted; None where none is given."""
    levels = _levels(view)
    return pd.concat([levels["source"], levels.drop_duplicates("trainer")["trainer_source"]], ignore_index=True)


def _levels(view: View) -> pd.DataFrame:
    """The levels a viewer may have counted: where a threshold holds none under a filter, since two selections a trainer
    apart would tell of one.
    """
    if "trainer levels" not in view.built:
        frame = queries.trainer_levels(view.connection, view.of)
        filtered = any(view.filters.codes(name) for name in DIMENSIONS)
        view.built["trainer levels"] = frame.iloc[:0] if view.threshold and filtered else frame
    levels: pd.DataFrame = view.built["trainer levels"]
    return levels


def _counted(view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    levels = _levels(view)
    rows = []
    for module in view.catalogue.module:
        for level in TRAINER_LEVELS:
            here = levels[(levels["module"] == module) & (levels["level"] == level)]
            if len(here):
                rows.append({"module": module, "level": level} | _count(here))
    frame = pd.DataFrame(rows, columns=["module", "level", "trainers", *_SEXES])
    flags = disclosure.flagged(frame, TRAINERS, view.threshold or 0)
    if view.threshold:
        for level in TRAINER_LEVELS:  # the ladder says what a level's modules sum to
            at_level = (frame["level"] == level).to_numpy()
            counts = disclosure.counts_of(frame, TRAINERS)["trainers"]
            hidden = disclosure.enough(flags["trainers"][at_level], counts[at_level], view.threshold)
            flags.loc[hidden.index[hidden], :] = True
    return frame, flags


def _count(levels: pd.DataFrame) -> dict[str, int]:
    sex = levels.drop_duplicates("trainer")["sex"]
    women, men = int((sex == "f").sum()), int((sex == "m").sum())
    return {"trainers": len(sex), "women": women, "men": men, "sex_unknown": len(sex) - women - men}


def _women(frame: pd.DataFrame) -> pd.DataFrame:
    """Where the sex of nobody is on record, the number of women is not known either."""
    unknown = [a == b and bool(a) for a, b in zip(frame["trainers"], frame["sex_unknown"], strict=True)]
    women = [None if nobody else n for nobody, n in zip(unknown, frame["women"], strict=True)]
    return frame.assign(women=pd.Series(women, index=frame.index, dtype=object))
