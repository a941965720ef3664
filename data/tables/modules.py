"""How far enterprises got: the funnels, the breadth, and who is where."""

import pandas as pd

from data import measures
from data.engine import steps
from data.tables.counting import by_enterprise
from data.view import View

FUNNEL_STEPS = ("workshop", "visited", "assessed", "completed")


def module_funnel(view: View) -> pd.DataFrame:
    codes = [code for code in view.catalogue.module if view.of.module is None or code in view.of.module]
    counted = steps.module_steps(view.facts).set_index("module")
    frame = counted.reindex(codes).fillna(0).astype(int).rename_axis("module").reset_index()
    due = (frame["planned"] - frame["not_yet_due"]).clip(lower=0)
    shares = {f"{name}_share": measures.ratio(frame[name], due, view.share) for name in FUNNEL_STEPS}
    return frame.assign(due=due, **shares)


def journey(view: View) -> pd.DataFrame:
    frame = steps.journey_counts(view.facts)
    counts = frame["enterprises"]
    first = pd.Series([counts.iloc[0]] * len(counts))
    return frame.assign(
        share_of_first=measures.ratio(counts, first, view.share),
        share_of_previous=measures.ratio(counts, counts.shift(), view.share),
    )


def breadth(view: View) -> pd.DataFrame:
    return steps.completed_module_counts(view.facts)


def matrix(view: View) -> pd.DataFrame:
    if view.threshold:
        return pd.DataFrame(columns=["enterprise", "module", "state", "round"], dtype=object)
    return by_enterprise(view, steps.enterprise_states(view.facts, view.catalogue))
