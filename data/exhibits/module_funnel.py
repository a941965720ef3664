"""The module funnel: enterprises per module from planned to completed, and the state of each planned training."""

import pandas as pd

from data.columns import Count, Key, Share
from data.engine import measures, steps
from data.exhibit import Exhibit
from data.rests_on import TRAININGS
from data.view import View

_STEPS = ("workshop", "visited", "assessed", "completed")


def numbers(view: View) -> pd.DataFrame:
    """One row per module. ``due`` is the number planned and not "not yet due".

    A share is that of the enterprises due with a record of the step. Under a threshold it is made of shown numbers: the
    step is counted for all enterprises, and is at most the number due.
    """
    codes = [code for code in view.catalogue.module if view.of.module is None or code in view.of.module]
    by_module = steps.module_steps(view.facts).set_index("module")
    frame = by_module.reindex(codes).fillna(0).astype(int).rename_axis("module").reset_index()
    of_due = {name: frame.pop(f"{name}_due") for name in _STEPS}
    parts = {name: frame[name] for name in _STEPS} if view.threshold else of_due
    shares = {f"{name}_share": measures.ratio(part, frame["due"], view.share) for name, part in parts.items()}
    return frame.assign(**shares)


EXHIBIT = Exhibit(
    code="module-funnel",
    slides=("module-funnel", "states"),
    columns=(
        Key("module", of="module"),
        Count("planned"),
        *(Count(name) for name in _STEPS),
        *(Count(f"{name}_assumed") for name in _STEPS[:-1]),
        Count("in_progress"),
        Count("stale"),
        Count("dropped"),
        Count("overdue"),
        Count("not_yet_due"),
        Count("without_due_date"),
        *(Share(f"{name}_share") for name in _STEPS),
        Count("due", exported=False),
    ),
    numbers=numbers,
    rests_on=TRAININGS,
)
