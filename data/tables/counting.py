"""Tables of counts with what a viewer's threshold withholds, and tables with a row an enterprise."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from data import disclosure
from data.disclosure import Rule
from data.view import View


def counted(view: View, question: Callable[[View], pd.DataFrame], rule: Rule) -> pd.DataFrame:
    """The answer to a question, with what a viewer's threshold withholds."""
    frame = question(view)
    if not view.threshold:
        return frame
    return disclosure.withhold(frame, rule, flags_of(view, frame, question, rule), view.threshold)


def flags_of(view: View, frame: pd.DataFrame, question: Callable[[View], pd.DataFrame], rule: Rule) -> pd.DataFrame:
    """Which counts of a table are withheld by themselves, for their row, or for selections beside this one."""
    return disclosure.flagged(frame, rule, view.threshold or 0, (question(other) for other in view.compared))


def member_flags(
    view: View,
    dimension: str,
    flags: pd.DataFrame,
    counts: pd.DataFrame,
    groups: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """`flags` of the values of one filter, each with all below it, with their partners; `groups` are flags and counts
    of the groups the values stand in, where they do not stand among the values.
    """
    members, threshold = view.members(dimension), view.threshold or 0
    flags = flags.copy()
    telling = (view.tells(dimension, code) or view.is_between(dimension, code) for code in flags.index)
    flags[np.fromiter(telling, bool)] = True
    grouped = flags.index.isin(list(members.groups) if groups is None else [])
    among, of_groups = groups or (flags[grouped], counts[grouped])
    spread = disclosure.spread(among, of_groups, members.group_order, threshold)
    values = disclosure.spread_values(flags[~grouped], counts[~grouped], members, spread, threshold)
    return values if groups else pd.concat([spread, values]).reindex(flags.index)


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
