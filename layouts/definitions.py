"""What the numbers of each exhibit are, in the words of docs/measures.md: one text an exhibit, one a column."""

from layouts.words import _

SECTIONS = {
    "overview": "People and enterprises",
    "regions": "People and enterprises",
    "module-funnel": "Trainings",
    "journey-funnel": "Trainings",
    "breadth": "Trainings",
    "matrix": "Trainings",
    "change": "Before and after",
    "pairs": "Before and after",
    "coverage": "Before and after",
    "targets": "Targets",
    "capacity": "Trainers",
    "events": "Events and rounds",
    "rounds": "Events and rounds",
    "published": "Published figures",
}
"""The section of docs/measures.md that defines each exhibit."""


def exhibit(code: str) -> str:
    """How the numbers of one exhibit are made."""
    return {
        "overview": _(
            "Distinct enterprises enrolled, and what is known of them by the date looked back from. An enterprise is "
            "trained when at least one of its trainings has started: its workshop was held, or a later step has "
            "evidence. Workers reached are the workers of trained enterprises, people trained are participations; the "
            "two are never added. A sum of which no term is known is blank, not zero."
        ),
        "regions": _(
            "Distinct enterprises per place, each at its own place; an enterprise without a place counts through the "
            "single place of its round, and where the round has several stands under place not given. An enterprise "
            "in rounds of two places stands in both rows, so rows need not sum to the total."
        ),
        "module-funnel": _(
            "Distinct enterprises per module: planned, workshop held, at least one visit, progress assessed, "
            "completed. A step counts as reached when it or any later step has evidence; how many reached it without "
            "a record of their own is given. Shares are of those planned less those not yet due, so that a young "
            "round does not look like a failing one."
        ),
        "journey-funnel": _(
            "Distinct enterprises from enrolment to every planned module completed. A stage counts as reached when it "
            "or any later stage has evidence; how many reached it without a record of their own is given. After "
            "Module 1 the order of modules is the enterprise's own, so no module is a step behind another."
        ),
        "breadth": _("Enterprises that completed at least 1, 2, 3 and more modules, whatever these are."),
        "matrix": _(
            "One row per enterprise and planned module, in exactly one state: completed, if any of its trainings of "
            "the module is; otherwise the state of the latest one, by when the enterprise was recruited, then by when "
            "the training was due."
        ),
        "change": _(
            "A pair is a before and an after of one enterprise and indicator, both exact. The change is after less "
            "before in the indicator's own unit. The middle is the median of the changes with its distribution-free "
            "95\u00a0% interval. Better, same and worse go by the direction that is good for the indicator; the share "
            "better has a Wilson 95\u00a0% interval. Below 6 pairs there is no interval. Practices are counted: had "
            "before, have after, gained, lost. There is no comparison group: no change proves a cause."
        ),
        "pairs": _(
            "One row per pair: of several results of one enterprise and indicator the first before and the last "
            "after. Bounds, changes without levels and levels without a counterpart make no pair: they stand beside, "
            "marked, and enter no median. Relative change is the change divided by the size of the before; before "
            "zero there is none."
        ),
        "coverage": _(
            "Who reported at all: of the trained enterprises those with any result, and those with a before/after "
            "pair, in all and for each partner, sector and round. Who did not report is unknown, not unchanged. An "
            "enterprise in two groups counts in both, so groups need not sum to the total."
        ),
        "targets": _(
            "A target and, against it, the newest published figure of the same indicator, place and scope that is "
            "seen by the date looked back from; counted rows and figures are never mixed. Attainment is the actual "
            "divided by the target, only where the target is above zero and the actual is exact: a target of zero "
            "is shown beside its actual, without a share."
        ),
        "capacity": _(
            "Trainers on record at each level of each module: candidate, certified, expert. One trainer counts once "
            "per module and level, and stands in every level reached, so the rows do not add up to a number of "
            "trainers. Women are counted among those whose sex is on record; where of nobody it is, the cell is blank."
        ),
        "events": _(
            "One row per event, planned, held or cancelled, with the people who took part where that is on record. "
            "An event held after the date looked back from is not seen; a planned one is, with the date it is "
            "planned for."
        ),
        "rounds": _(
            "One row per round with any date on record: when it was planned to begin and end, and when it did, as far "
            "as that is known by the date looked back from. How much later than planned it began is given where both "
            "dates are on record, and no finer than they are."
        ),
        "published": _(
            "Totals and survey shares that others printed, with nothing behind them in the tables: shown as printed, "
            "with the sign of a bound, the number they are based on (or that none is given), date and source, and "
            "never added to counted numbers."
        ),
    }[code]


def columns(code: str) -> dict[str, str]:
    """What the columns of one exhibit hold, by name; those that say it themselves are left out."""
    steps = {
        "planned": _("enterprises with a training of the module planned"),
        "workshop": _("of them with the workshop held, or a later step"),
        "visited": _("of them with at least one visit, or a later step"),
        "assessed": _("of them with progress assessed, or the module completed"),
        "completed": _("of them with the module completed"),
        "visited_without_record": _("counted as visited by a later step alone"),
        "assessed_without_record": _("counted as assessed by a later step alone"),
        "in_progress": _("started, not completed and not dropped"),
        "dropped": _("dropped from the module, or left the round"),
        "overdue": _("due, but not started"),
        "not_yet_due": _("neither started nor due yet"),
        "workshop_share": _("workshop held, of those planned less those not yet due"),
        "visited_share": _("visited, of those planned less those not yet due"),
        "assessed_share": _("assessed, of those planned less those not yet due"),
        "completed_share": _("completed, of those planned less those not yet due"),
    }
    return {
        "overview": {
            "headline": _("the number's name"),
            "value": _("the number; blank where it is not on record"),
            "of": _("what it is out of, where it is out of anything"),
            "note": _("what its reader must know"),
        },
        "regions": {
            "level": _("what the place is: country, province, city or county"),
            "province": _("the province the place is or lies in"),
            "enterprises": _("distinct enterprises enrolled"),
            "trained": _("of them with a training started"),
            "m1_completed": _("of them with Module 1 completed"),
            "modules_completed": _("distinct pairs of enterprise and module completed"),
            "workers": _("workers of the trained enterprises whose size is known"),
        },
        "module-funnel": steps,
        "journey-funnel": {
            "enterprises": _("enterprises that reached the stage, or a later one"),
            "without_record": _("of them without a record of the stage itself"),
            "share_of_first": _("of the enterprises enrolled"),
            "share_of_previous": _("of the enterprises at the stage before"),
        },
        "breadth": {
            "modules_at_least": _("so many modules"),
            "enterprises": _("enterprises that completed at least so many"),
        },
        "matrix": {"round": _("the round of the training that gives the state")},
        "change": {
            "better": _("the direction that is good: up, down, or context where neither is"),
            "pairs": _("before/after pairs, one an enterprise"),
            "median_change": _("the middle of the pairs' changes, in the indicator's unit; percentages in points"),
            "change_low": _("lower end of the 95\u00a0% interval of the median change"),
            "change_high": _("upper end of the 95\u00a0% interval of the median change"),
            "median_relative_change": _("the middle of the changes divided by the size of their before"),
            "better_share": _("better of all pairs, 0 to 1"),
            "better_low": _("lower end of the 95\u00a0% interval of the share better"),
            "better_high": _("upper end of the 95\u00a0% interval of the share better"),
            "other_facts": _("result rows that are part of no pair"),
        },
        "pairs": {
            "verdict": _("better, same or worse by the indicator's direction; context where neither is better"),
            "round": _("the round of the after"),
            "module": _("the module of the after"),
            "source": _("the source of the after"),
        },
        "coverage": {
            "group_kind": _("total, partner, sector or round"),
            "trained": _("enterprises with a training started"),
            "reported": _("enterprises with any result, trained or not"),
            "paired": _("enterprises with a before/after pair"),
            "reported_share": _("of the trained enterprises those that reported"),
        },
        "targets": {
            "due_on": _("when the target is to be reached"),
            "scope": _("m1: Module 1 alone, m2-5: the further modules, blank: all"),
            "actual": _("the newest published figure of the same indicator, place and scope"),
            "actual_as_of": _("the date the actual speaks for"),
            "attainment": _("actual divided by target, where the target is above zero"),
        },
        "capacity": {
            "level": _("candidate, certified or expert"),
            "trainers": _("trainers on record at the level"),
            "women": _("women among them; blank where nobody's sex is on record"),
        },
        "events": {
            "status": _("planned, held or cancelled"),
            "participants": _("people who took part, where on record"),
            "women": _("women among the participants"),
        },
        "rounds": {
            "planned_start": _("when the round was to begin"),
            "planned_end": _("when the round was to end"),
            "started_on": _("when the round began, where it has"),
            "ended_on": _("when the round ended, where it has"),
        },
        "published": {
            "as_of": _("the date the figure speaks for"),
            "operator": _("= as printed, > more than, < up to, ~ about"),
            "base": _("the number of enterprises or people it is out of, as the source gives it"),
        },
    }[code]
