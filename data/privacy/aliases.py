"""Tables with a row an enterprise."""

import pandas as pd

from data.view import View


def by_enterprise(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """A table with a row an enterprise: none where a threshold holds; else with codes where the viewer may see names,
    and "enterprise-1…n" in an order that tells nothing where not.
    """
    if view.threshold:
        return frame.iloc[:0]
    if view.nameable is None:
        return frame
    hidden = sorted(set(frame["enterprise"]) - view.nameable, key=view.viewer.alias_order)
    alias = {code: f"enterprise-{n}" for n, code in enumerate(hidden, 1)}
    order = {code: n for n, code in enumerate(hidden)}
    shuffled = frame.sort_values("enterprise", key=lambda column: column.map(order).fillna(-1), kind="stable")
    return shuffled.assign(enterprise=shuffled["enterprise"].map(lambda code: alias.get(code, code)))
