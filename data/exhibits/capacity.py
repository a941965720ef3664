"""Trainers by level and module, and the ladder from candidate to expert.

Numbers of trainers are rounded under a threshold like numbers of enterprises: a small one can identify a person.
"""

from typing import Any

import pandas as pd

from data import queries
from data.columns import Count, Day, Key, Text, Value
from data.exhibit import Exhibit, Part
from data.exhibits import published
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.rests_on import RestsOn, by_source
from data.storage import schema
from data.storage.schema import TRAINER_LEVELS, precision_of
from data.view import View

_INDICATORS = {"certified": "certified-trainers", "expert": "expert-trainers"}
"""The indicator of the published figures that stand beside the number of trainers at a level."""

_OF_FIGURE = ("unit", "partner", "round")
_SEXES = ("women", "men", "sex_unknown")


def numbers(view: View) -> pd.DataFrame:
    """One row per module and level with a trainer: trainers, of them women (None: no trainer's sex is known)."""
    levels = _levels(view)
    reached = _levels(_unfiltered(view)) if view.threshold else levels
    row_keys = set(zip(reached["module"], reached["level"], strict=True))
    rows = [
        {"module": module, "level": level}
        | _count(view, levels[(levels["module"] == module) & (levels["level"] == level)])
        for module in view.catalogue.module
        for level in TRAINER_LEVELS
        if (module, level) in row_keys
    ]
    return _women(view, pd.DataFrame(rows, columns=["module", "level", "trainers", *_SEXES]))


def ladder(view: View) -> pd.DataFrame:
    """One row per level, lowest first: the trainers at this level in any module, and ``everyone`` with a level.

    ``without_level``: the trainers on record without one (None under a threshold). ``published`` is the figure that
    stands beside a level, chosen as for a headline.
    """
    levels = _levels(view)
    rows = [{"level": level} | _count(view, levels[levels["level"] == level]) for level in TRAINER_LEVELS]
    without = None if view.threshold else len(queries.trainers_without_level(view.connection, view.of))
    frame = pd.DataFrame(rows).assign(everyone=_trainer_count(view, levels["trainer"]), without_level=without)
    return _women(view, frame).join(_published(view))


def _published(view: View) -> pd.DataFrame:
    """The published figure beside each level, lowest level first."""
    figures = published.figures(view)
    of_levels = ([row for row in figures if row["indicator"] == _INDICATORS.get(level)] for level in TRAINER_LEVELS)
    rows = [published.beside(published.foremost(view, each), *_OF_FIGURE) for each in of_levels]
    return pd.DataFrame(rows, dtype=object)


def _sources(view: View, _table: pd.DataFrame, _indicator: str) -> pd.DataFrame:
    """The sources of the levels and of the trainers; under a threshold, those of the whole scope."""
    levels = _levels(_unfiltered(view) if view.threshold else view)
    sources = [levels["source"], levels.drop_duplicates("trainer")["trainer_source"]]
    return by_source(pd.concat(sources, ignore_index=True))


def _trainer_rows(view: View) -> Rows:
    return exhibit_rows.coded_rows(schema.trainer, _levels(view)["trainer"].unique())


def _level_rows(view: View) -> Rows:
    levels = _levels(view)
    return exhibit_rows.keyed_rows(
        schema.trainer_level, zip(levels["trainer"], levels["module"], levels["level"], strict=True)
    )


def _unfiltered(view: View) -> View:
    return view.with_filters(view.filters.unfiltered())


def _levels(view: View) -> pd.DataFrame:
    if "trainer levels" not in view.built:
        view.built["trainer levels"] = queries.trainer_levels(view.connection, view.of)
    levels: pd.DataFrame = view.built["trainer levels"]
    return levels


def _trainer_count(view: View, trainers: "pd.Series[Any]") -> int:
    """The number of different trainers, as the viewer may see it."""
    if view.disclosure is None:
        return int(trainers.nunique())
    return view.disclosure.rounding.count_coded("trainer", trainers)


def _count(view: View, levels: pd.DataFrame) -> dict[str, int]:
    trainers = levels.drop_duplicates("trainer")
    of_sex = {"women": trainers["sex"] == "f", "men": trainers["sex"] == "m"}
    of_sex["sex_unknown"] = ~(of_sex["women"] | of_sex["men"])
    by_sex = {name: _trainer_count(view, trainers.loc[mask, "trainer"]) for name, mask in of_sex.items()}
    return {"trainers": _trainer_count(view, trainers["trainer"])} | by_sex


def _women(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """Sets the number of women to None where no trainer's sex is known. Rounded numbers cannot show this."""
    if view.threshold:
        return frame
    all_unknown = [a == b and bool(a) for a, b in zip(frame["trainers"], frame["sex_unknown"], strict=True)]
    women = [None if unknown else n for unknown, n in zip(all_unknown, frame["women"], strict=True)]
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
                Count("without_level"),
                Value("published", exported=False),
                Text("published_operator", exported=False),
                Text("published_unit", exported=False),
                Day("published_on", exported=False),
                Text(precision_of("published_on"), exported=False),
                Text("published_partner", of="partner", exported=False),
                Text("published_round", of="round", exported=False),
                Text("published_source", of="source", exported=False),
            ),
            numbers=ladder,
        ),
    },
)
