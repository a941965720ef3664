"""Enterprise by module: the state of each enterprise in each module it planned."""

import pandas as pd

from data.columns import Key, Text
from data.engine import steps
from data.exhibit import Exhibit
from data.privacy.aliases import by_enterprise
from data.rests_on import TRAININGS
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per enterprise and planned module."""
    return by_enterprise(view, steps.enterprise_states(view.facts, view.catalogue))


EXHIBIT = Exhibit(
    code="matrix",
    columns=(
        Key("enterprise", of="enterprise"),
        Key("module", of="module"),
        Text("state"),
        Text("round", of="round"),
    ),
    numbers=numbers,
    rests_on=TRAININGS,
    row_per_enterprise=True,
)
