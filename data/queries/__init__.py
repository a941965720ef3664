"""The rows of the record that no count is made of: details, published figures, names, sources, stories. One function a
question: a slice in, rows out. Whatever is counted comes from `data/engine`.
"""

from data.queries.programme_rows import event_partners, events, round_dates, targets, trainer_levels
from data.queries.record_rows import (
    enterprise_entries,
    enterprise_names,
    nameable_enterprises,
    reported_figures,
    rows_of_source,
)
from data.queries.story_rows import stories, story_picture

__all__ = [
    "enterprise_entries",
    "enterprise_names",
    "event_partners",
    "events",
    "nameable_enterprises",
    "reported_figures",
    "round_dates",
    "rows_of_source",
    "stories",
    "story_picture",
    "targets",
    "trainer_levels",
]
