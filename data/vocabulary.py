"""Codes that several layers use: states, steps, stages, forms, bands of days.

This module imports no other module of the project, and no pandas.
"""

STATES = ("completed", "in-progress", "dropped", "overdue", "not-yet-due")
"""States of an enterprise in a module."""

FIRST_MODULE = "m1"

JOURNEY = (
    "enrolled", "baseline", "m1_workshop", "m1_completed", "further_started", "further_completed",
    "all_planned_completed",
)  # fmt: skip
"""Stages of an enterprise in the programme, from first to last."""

HEADLINES = (
    "enterprises", "trained", "workers_reached", "workers_unknown", "people_trained", "women_trained", "visits",
    "modules_completed", "overdue", "stale", "reported", "paired", "rounds", "places", "partners",
)  # fmt: skip
"""The headline numbers. A target may be measured by any of them."""

COMPLETED, BETTER = "_completed", "better-"
"""The end of a measure of one module (``m1_completed``), and the beginning of one of an indicator (``better-…``)."""

YES_NO = "yes-no"
"""Unit of an indicator that is a practice: 1 where an enterprise has the practice, 0 where it does not."""

WITHOUT_RELATIVE_CHANGE = (YES_NO, "percent-change", "net-count")
"""Units in which a change is no share of the level before."""

LANGUAGES = ("en", "zh")
"""The languages of the interface."""

FEWEST_FOR_INTERVAL = 6
"""Number of pairs from which an interval is given; a title generalises nothing from fewer."""

FEWEST_FOR_DISTRIBUTION = 10
"""Number of pairs from which their distribution is drawn, and not each pair."""

FORMS = ("baseline", "training", "assessment", "results")
"""The forms expected of each enterprise."""

FORM_STATES = ("present", "partly", "missing", "not-yet-due")

BANDS: tuple[tuple[str, int | None], ...] = (("90", 90), ("180", 180), ("365", 365), ("longer", None))
"""Bands of the number of days since an enterprise reported, each with its last day (None: open)."""

SILENCE = (*(name for name, _days in BANDS), "undated", "never")
"""Time since a trained enterprise reported: a band, no date, or never. Each enterprise is in exactly one."""
