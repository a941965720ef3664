"""What every column of an exhibit holds, in words: for the files that are taken away."""

from layouts import definitions
from layouts.words import _


def column(exhibit: str, name: str) -> str:
    """What a column of an exhibit holds: as it is defined, or what its name says by itself."""
    defined = definitions.columns(exhibit).get(name)
    return defined or _others()[name]


def _others() -> dict[str, str]:
    return {
        "place": _("code of the place; blank where it is not given"),
        "name_en": _("name in English"),
        "name_zh": _("name in Chinese"),
        "module": _("code of the module"),
        "stage": _("stage of the journey, as a code"),
        "enterprise": _("code of the enterprise; a number of its own where it is not named"),
        "state": _("state, as a code"),
        "indicator": _("code of the indicator"),
        "unit": _("unit, as a code"),
        "median_before": _("median before, in the unit"),
        "median_after": _("median after, in the unit"),
        "better_count": _("enterprises that moved in the good direction"),
        "same_count": _("enterprises that stayed the same"),
        "worse_count": _("enterprises that moved the other way"),
        "had_before": _("enterprises that had the practice before"),
        "had_after": _("enterprises that have the practice after"),
        "gained": _("enterprises that gained the practice"),
        "lost": _("enterprises that lost the practice"),
        "before": _("value before, in the indicator's unit; 1 and 0 are yes and no"),
        "after": _("value after, in the indicator's unit; 1 and 0 are yes and no"),
        "change": _("after less before"),
        "relative_change": _("change divided by before; blank where before is zero"),
        "round": _("code of the round"),
        "source": _("code of the source"),
        "group": _("code of the group; blank for all, and where no sector is given"),
        "target": _("the target"),
        "event": _("code of the event"),
        "kind": _("kind of event, as a code"),
        "starts_on": _("first day; where only the month or year is known, its first day"),
        "ends_on": _("last day; where only the month or year is known, its first day"),
        "figure": _("code of the published figure"),
        "phase": _("code of the phase"),
        "value": _("the figure as printed"),
    }
