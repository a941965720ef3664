"""Queries for single rows of the record: details, published figures, names, sources, stories.

Each function takes a slice and returns rows. Counts come from `data/engine`.
"""

from data.queries.programme_rows import (
    event_partners,
    events,
    round_dates,
    targets,
    trainer_levels,
    trainers_without_level,
)
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
    "trainers_without_level",
]
