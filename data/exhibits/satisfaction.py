"""Satisfaction of the participants, per module."""

import numpy as np
import pandas as pd

from data.columns import Count, Derived, Key
from data.engine import steps
from data.engine.measures import Statistics
from data.exhibit import Exhibit
from data.privacy.rounding import Blurred
from data.rests_on import TRAININGS
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per module with a value; where a threshold holds, per module with a value in the viewer's scope."""
    if view.disclosure is None:
        return steps.module_satisfaction(view.facts, Statistics())
    by = Blurred(view.disclosure.rounding, np.zeros(0, np.intp))
    rows = steps.module_satisfaction(view.scope, by)[["module"]]
    return rows.merge(steps.module_satisfaction(view.facts, by), on="module", how="left").fillna({"enterprises": 0})


EXHIBIT = Exhibit(
    code="satisfaction",
    columns=(
        Key("module", of="module"),
        Count("enterprises"),
        Derived("satisfaction"),
    ),
    numbers=numbers,
    rests_on=TRAININGS,
)
