"""Names of codes: steps and states of trainings, stages of the journey, scopes, levels, filters and metrics."""

from data.vocabulary import BETTER, COMPLETED, HEADLINES
from layouts.words import Names, _, ngettext

STATE_SIGNS = {"completed": "✓", "in-progress": "…", "dropped": "✕", "overdue": "!", "not-yet-due": "○"}
"""The sign of each state, so that states can be distinguished without colour."""


LONGEST_CODE = 3
"""Number of letters of the longest code of a module that stands before its name."""


def coded(code: str, name: str) -> str:
    """The name of a module after its code: "M1 Workplace Cooperation"."""
    return f"{code.upper()} {name}" if len(code) <= LONGEST_CODE else name


def short(code: str, name: str) -> str:
    """The code of a module where several stand in a row: "M1"; its name where the code is long."""
    return code.upper() if len(code) <= LONGEST_CODE else name


def step_name(step: str) -> str:
    """The name of a step of the module funnel."""
    return {
        "planned": _("Planned"),
        "workshop": _("Workshop held"),
        "visited": _("Visited"),
        "assessed": _("Assessed"),
        "completed": _("Completed"),
    }[step]


def state_name(state: str) -> str:
    """The name of a state of a training."""
    return {
        "completed": _("Completed"),
        "in-progress": _("In progress"),
        "dropped": _("Dropped out"),
        "overdue": _("Overdue"),
        "not-yet-due": _("Not yet due"),
    }[state.replace("_", "-")]


def stage_name(stage: str) -> str:
    """The name of a milestone of the journey."""
    return {
        "enrolled": _("Enrolled"),
        "baseline": _("Baseline assessed"),
        "m1_workshop": _("Module 1 workshop"),
        "m1_completed": _("Module 1 completed"),
        "further_started": _("Another module started"),
        "further_completed": _("Another module completed"),
        "all_planned_completed": _("All planned modules completed"),
    }[stage]


def scope_name(scope: str | None) -> str:
    """The modules of a target or figure in words; empty for all modules."""
    return {"m1": _("Module 1"), "m2-5": _("Modules 2 to 5")}.get(scope or "", "")


def level_name(level: str) -> str:
    """The name of a level of trainers."""
    return {"candidate": _("Candidates"), "certified": _("Certified trainers"), "expert": _("Expert trainers")}[level]


def role_name(role: str) -> str:
    """The name of a partner's role in a round."""
    return {
        "owner": _("owner"),
        "sponsor": _("sponsor"),
        "provider": _("provider"),
        "funder": _("funder"),
    }[role]


def filter_name(dimension: str) -> str:
    """The name of a filter."""
    return {
        "partner": _("Partner"),
        "sector": _("Sector"),
        "round": _("Round"),
        "phase": _("Phase"),
        "place": _("Place"),
        "module": _("Module"),
        "as_of": _("As of"),
        "edition": _("Edition"),
    }[dimension]


def counted_metric(metric: str, n: float) -> str:
    """A number of the map in words."""
    return {
        "enterprises": ngettext("{n} enterprise enrolled", "{n} enterprises enrolled", n),
        "trained": ngettext("{n} enterprise trained", "{n} enterprises trained", n),
        "m1_completed": ngettext("{n} enterprise completed Module 1", "{n} enterprises completed Module 1", n),
        "modules_completed": ngettext("{n} module completed", "{n} modules completed", n),
        "workers": ngettext("{n} worker reached", "{n} workers reached", n),
    }[metric]


def group_kind_name(kind: str) -> str:
    """The name of what is compared."""
    return _("Province") if kind == "province" else filter_name(kind)


def headline_name(headline: str) -> str:
    """The name of a headline."""
    return {
        "enterprises": _("Enterprises enrolled"),
        "trained": _("Enterprises trained"),
        "workers_reached": _("Workers employed in them"),
        "people_trained": _("People trained"),
        "modules_completed": _("Modules completed"),
        "overdue": _("Overdue"),
        "stale": _("No completion on record"),
        "reported": _("Reported results"),
        "paired": _("Reported before and after"),
        "visits": _("In-factory visits"),
        "rounds": _("Rounds"),
        "partners": _("Partners"),
        "workers_unknown": _("Trained enterprises of unknown size"),
        "women_trained": _("Of the people trained, women"),
        "places": _("Places"),
    }[headline]


def measure_name(measure: str, name: Names) -> str:
    """The name of a measure that groups are compared by, or that is followed over time."""
    if measure in HEADLINES:
        return headline_name(measure)
    if measure.startswith(BETTER):
        return _("{indicator}: better", indicator=name("indicator", measure.removeprefix(BETTER)))
    code = measure.removesuffix(COMPLETED)
    return _("{module} completed", module=coded(code, name("module", code)))


def verdict_name(verdict: str | None) -> str:
    """How a group compares with the whole selection."""
    return {
        "above": _("above"),
        "below": _("below"),
        "as-expected": _("as expected"),
        "too-few": _("too few to say"),
    }.get(verdict or "", "–")


def metric_name(metric: str) -> str:
    """The name of a number that the map can show."""
    if metric in HEADLINES:
        return headline_name(metric)
    return {"m1_completed": _("Module 1 completed"), "workers": _("Workers reached")}[metric]
