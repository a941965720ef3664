"""One function per question: a slice in, a frame of counts or rows out. Shares and medians are made elsewhere."""

from data.queries.headlines import overview_counts, place_counts
from data.queries.modules import JOURNEY, completed_module_counts, enterprise_states, journey_counts, module_steps
from data.queries.programme import event_partners, events, round_dates, targets, trainer_levels
from data.queries.record import (
    enterprise_entries,
    enterprise_names,
    memberships,
    nameable_enterprises,
    option_counts,
    reported_figures,
    rows_of_source,
    sources_of_results,
    sources_of_trainings,
)
from data.queries.results import coverage_counts, coverage_totals, other_fact_counts, other_facts, paired_results
from data.queries.stories import stories, story_picture

__all__ = [
    "JOURNEY",
    "completed_module_counts",
    "coverage_counts",
    "coverage_totals",
    "enterprise_entries",
    "enterprise_names",
    "enterprise_states",
    "event_partners",
    "events",
    "journey_counts",
    "memberships",
    "module_steps",
    "nameable_enterprises",
    "option_counts",
    "other_fact_counts",
    "other_facts",
    "overview_counts",
    "paired_results",
    "place_counts",
    "reported_figures",
    "round_dates",
    "rows_of_source",
    "sources_of_results",
    "sources_of_trainings",
    "stories",
    "story_picture",
    "targets",
    "trainer_levels",
]
