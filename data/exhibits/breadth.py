"""Enterprises by the number of modules they completed."""

import pandas as pd

from data.columns import Count, Holds, Key
from data.engine import steps
from data.exhibit import Exhibit
from data.rests_on import TRAININGS
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per number of modules: the enterprises that completed at least that many."""
    return steps.completed_module_counts(view.facts)


EXHIBIT = Exhibit(
    code="breadth",
    columns=(Key("modules_at_least", holds=Holds.COUNT), Count("enterprises")),
    numbers=numbers,
    rests_on=TRAININGS,
)
