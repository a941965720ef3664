"""What an exhibit found, in one sentence: the titles. No sentence says that the programme caused a change."""

from datetime import date
from typing import Any

import pandas as pd

from layouts.figures.map import metric_name
from layouts.words import (
    Names,
    _,
    change_of,
    day,
    known,
    labelled,
    listed,
    ngettext,
    number,
    percent,
    quantity,
    sentences,
    unseen,
)

FEWEST_FOR_INTERVAL = 6
"""Below so many pairs there is no interval, and a title generalises nothing."""

HALF = 0.5


def regions(places: pd.DataFrame, provinces: pd.DataFrame, metric: str, names: Names, *, rounded: bool = False) -> str:
    """Where most are; `rounded` counts of places have no sum, which would be another number than the total."""
    located = places[places["place"].notna() & (places[metric] > 0)]
    total = sum(places[metric])
    most = provinces[provinces[metric] > 0].sort_values(metric, ascending=False, kind="stable").head(1)
    if rounded:
        return _most_in(most, metric, names)
    if not total:
        return _("{metric}: none in this selection", metric=metric_name(metric))
    if located.empty:
        return _("{metric}: {n}, of which no place is on record", metric=metric_name(metric), n=number(total))
    if most.empty:
        return _("{metric}: {n}, none inside a province", metric=metric_name(metric), n=number(total))
    return _(
        "{metric}: {n}; most in {province} ({most})",
        metric=metric_name(metric),
        n=number(total),
        province=names("place", most["code"].iloc[0]),
        most=number(most[metric].iloc[0]),
    )


def _most_in(most: pd.DataFrame, metric: str, names: Names) -> str:
    """The same without a sum."""
    if most.empty:
        return _("{metric}: too few in any one province to be shown", metric=metric_name(metric))
    return _(
        "{metric}: most in {province} ({most})",
        metric=metric_name(metric),
        province=names("place", most["code"].iloc[0]),
        most=number(most[metric].iloc[0]),
    )


def module_funnel(frame: pd.DataFrame, names: Names) -> str:
    """How many completed the module most were due in."""
    due = frame["due"].astype(int)
    if not due.any():
        few = not known(*frame["due"])
        return _("Too few enterprises in any one module to be shown") if few else _("No training is due yet")
    row = frame[due == due.max()].iloc[0]
    if not known(row["completed"]):
        return _("{due} enterprises were due in {module}", due=number(due.max()), module=names("module", row["module"]))
    if row["completed"] > due.max():  # rounded apart from one another
        return _(
            "{done} enterprises completed {module}",
            done=number(row["completed"]),
            module=names("module", row["module"]),
        )
    return _(
        "{done} of {due} enterprises due in it completed {module} ({share})",
        done=number(row["completed"]),
        due=number(due.max()),
        module=names("module", row["module"]),
        share=percent(row["completed_share"]),
    )


def states(frame: pd.DataFrame) -> str:
    """How many trainings stand still."""
    total = {name: sum(frame[name]) for name in ("planned", "in_progress", "dropped", "overdue", "not_yet_due")}
    if any(unseen(n) for name in total for n in frame[name]) and not all(total.values()):
        return _("Where each planned training stands")
    return _(
        "Of {planned} planned, {progress} are in progress, {dropped} dropped out, {overdue} are overdue",
        planned=number(total["planned"]),
        progress=number(total["in_progress"]),
        dropped=number(total["dropped"]),
        overdue=number(total["overdue"]),
    )


def journey(frame: pd.DataFrame) -> str:
    """From enrolment to Module 1 to a further module."""
    stages = frame.set_index("stage")
    n = stages["enterprises"]
    # Only those with evidence of it: who completed Module 1 and planned no other has not started a further one.
    further = stages["recorded"]["further_started"]
    if not known(n["enrolled"], n["m1_completed"]):
        return _("From enrolment to every planned module completed")
    if not known(further):
        return _(
            "Of {enrolled} enterprises enrolled, {first} completed Module 1",
            enrolled=number(n["enrolled"]),
            first=number(n["m1_completed"]),
        )
    return _(
        "Of {enrolled} enterprises enrolled, {first} completed Module 1 and {further} started a further one",
        enrolled=number(n["enrolled"]),
        first=number(n["m1_completed"]),
        further=number(further),
    )


def journey_caption(frame: pd.DataFrame) -> str:
    """What the hatched parts are."""
    only_first = sum(frame["m1_only"])
    hatched = _("Hatched: reached by a later stage, without a record of its own.")
    if not only_first:
        return hatched if sum(frame["without_record"]) else ""
    alone = ngettext(
        "{n} enterprise planned Module 1 alone and completed it: it counts as through every stage.",
        "{n} enterprises planned Module 1 alone and completed it: they count as through every stage.",
        only_first,
    )
    return sentences(hatched, alone)


def breadth(frame: pd.DataFrame) -> str:
    """How many went beyond one module."""
    counts = frame["enterprises"].tolist()
    if counts and not known(counts[0]):
        return _("Too few enterprises have completed a module to be shown")
    if not counts or not counts[0]:
        return _("No enterprise has completed a module yet")
    return ngettext(
        "{n} enterprise completed a module, {more} at least two",
        "{n} enterprises completed a module, {more} at least two",
        counts[0],
        more=number(counts[1] if len(counts) > 1 else 0),
    )


def change(frame: pd.DataFrame) -> str:
    """How many pairs of figures there are, and how they moved; `frame` without practices."""
    pairs = sum(frame["pairs"])
    with_interval = frame[frame["better_count"].notna() & (frame["pairs"] >= FEWEST_FOR_INTERVAL)]
    if with_interval.empty and any(unseen(n) for name in ("pairs", "better_count") for n in frame[name]):
        return _("Too few before/after pairs of any one indicator to be shown")
    if not pairs:
        return _("No before/after pair in this selection")
    if with_interval.empty:
        return ngettext(
            "{n} before/after pair: {better} better, {worse} worse; too few to generalise",
            "{n} before/after pairs: {better} better, {worse} worse; too few to generalise",
            pairs,
            better=number(frame["better_count"].sum()),
            worse=number(frame["worse_count"].sum()),
        )
    return _(
        "For {clear} of {all} indicators clearly more than half of the reporting enterprises improved",
        clear=number(int((with_interval["better_low"] > HALF).sum())),
        all=number(len(with_interval)),
    )


def practices(frame: pd.DataFrame, *, rounded: bool = False) -> str:
    """How many practices became more common among those who reported twice; of `rounded` counts nobody could say."""
    if rounded:
        return ngettext("{n} practice, before and after", "{n} practices, before and after", len(frame))
    more = int((frame["had_after"] > frame["had_before"]).sum())
    return ngettext(
        "{n} of {all} practices is more common after than before",
        "{n} of {all} practices are more common after than before",
        more,
        all=number(len(frame)),
    )


def pairs(indicator: str, numbers: dict[str, Any], unit: str, rows: pd.DataFrame, names: Names) -> str:
    """What the pairs of one indicator say."""
    name = names("indicator", indicator)
    n = numbers["pairs"]
    if unseen(n):
        return _("{indicator}: too few pairs to be shown", indicator=name)
    if not n:
        return _("{indicator}: no before/after pair", indicator=name)
    practice = unit == "yes-no"
    # Of rounded counts a part may be more than its whole, and of few there is no median.
    if max(numbers["had_before"], numbers["had_after"]) > n if practice else numbers["median_change"] is None:
        return _("{indicator}: {n} enterprises reported before and after", indicator=name, n=number(n))
    if practice:
        return _(
            "{indicator}: {before} of {n} had it before, {after} have it after",
            indicator=name, n=number(n), before=number(numbers["had_before"]), after=number(numbers["had_after"]),
        )  # fmt: skip
    if n == 1:
        row = rows.iloc[0]
        return _(
            "{indicator}: {before} before, {after} after, in the one enterprise that reported both",
            indicator=name, before=quantity(row["before"], unit), after=quantity(row["after"], unit),
        )  # fmt: skip
    return _(
        "{indicator}: median change {change} in {n} enterprises",
        indicator=name, change=change_of(numbers["median_change"], unit), n=number(n),
    )  # fmt: skip


def pairs_caption(numbers: dict[str, Any], unit: str, beyond: int) -> str:
    """The interval, the middle before and after, and what the drawing leaves at its edges."""
    n = numbers["pairs"]
    if not n or unit == "yes-no" or numbers["median_change"] is None:
        return ""
    said = []
    if n > 1:
        said.append(
            _(
                "Median before {before}, after {after}.",
                before=quantity(numbers["median_before"], unit),
                after=quantity(numbers["median_after"], unit),
            )
        )
    if not known(numbers["change_low"]):
        said.append(_("Too few for an interval."))
    else:
        said.append(
            _(
                "95\u00a0% interval of the median change: {low} to {high}.",
                low=change_of(numbers["change_low"], unit),
                high=change_of(numbers["change_high"], unit),
            )
        )
    if beyond:
        said.append(
            ngettext(
                "{n} enterprise lies beyond the ends and is drawn in the outer bars.",
                "{n} enterprises lie beyond the ends and are drawn in the outer bars.",
                beyond,
            )
        )
    return sentences(*said)


def coverage(frame: pd.DataFrame) -> str:
    """Who reported at all."""
    total = frame[frame["group_kind"] == "total"].iloc[0]
    return _(
        "{reported} of {trained} trained enterprises reported anything; {paired} gave a before/after pair",
        reported=number(total["trained_reported"]),
        trained=number(total["trained"]),
        paired=number(total["paired"]),
    )


def published(frame: pd.DataFrame) -> str:
    """How many figures, and how many say what they are out of."""
    return ngettext(
        "{n} published figure; {based} with the number it is based on",
        "{n} published figures; {based} with the number they are based on",
        len(frame),
        based=number(int(frame["base"].notna().sum())),
    )


def coverage_line(pairs: int, paired: int, reported: int, trained: int) -> str:
    """The coverage line every exhibit carries."""
    return " · ".join(
        (
            sentences(
                ngettext("{n} pair", "{n} pairs", pairs),
                ngettext("from {n} enterprise", "from {n} enterprises", paired),
            ),
            _("{n} reported anything", n=number(reported)),
            _("{n} trained", n=number(trained)),
        )
    )


def filter_name(dimension: str) -> str:
    """A filter in words."""
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


def edition_line(name: str, frozen_on: date, short: str) -> str:
    """Which frozen copy of the record the numbers are from."""
    return _("edition {name}, frozen {date}, {hash}", name=name, date=day(frozen_on), hash=short)


def link_name(number: int, label: str) -> str:
    """A share link by its number, and its name where it has one."""
    return _("Link {number} ({name})", number=number, name=label) if label else _("Link {number}", number=number)


def filtered(parts: list[tuple[str, list[str]]], as_of: Any = None) -> str:
    """The filter sentence as plain text: [(dimension, names)]; ``as_of`` only where the viewer chose it."""
    said = [labelled(filter_name(dimension), listed(names)) for dimension, names in parts]
    if as_of is not None:
        said.append(labelled(filter_name("as_of"), day(as_of)))
    if not said:
        return _("Everything on record")
    return _("Filtered by {filters}", filters=" · ".join(said))


def refusal(threshold: int, *, alone: bool = False) -> tuple[str, str]:
    """Why a selection is not shown to a viewer with a threshold; `alone`: nor is any other."""
    if alone:
        return _("There is too little to show"), _(
            "Everything that is open to you holds fewer than {fewest} enterprises: single ones could be told apart.",
            fewest=2 * threshold,
        )
    return _("This selection is not shown"), _(
        "It holds fewer than {fewest} enterprises, or only a few fewer than a wider selection that is shown: single "
        "enterprises could be worked out from it.",
        fewest=2 * threshold,
    )


def wider() -> str:
    """The link to the nearest selection that is shown."""
    return _("Show a wider selection")


def cut() -> str:
    """That an address asked for more than a viewer with a threshold may choose."""
    return _(
        "This address asks for more than this link shows: several values of a filter, too many filters, or another "
        "date. You see the nearest selection that is shown."
    )


def cut_slide() -> str:
    """The same of a slide."""
    return _("This slide asks for more than its readers are shown: it is of the nearest selection.")


def rounded_sign(threshold: int) -> str:
    """The same where there is little room."""
    return _("counts rounded to multiples of {k}", k=threshold)


def rounded(threshold: int) -> str:
    """How the numbers of a viewer with a threshold are told, once a page."""
    return _(
        "To protect enterprises, counts are rounded at random to a multiple of {k} and may not add up; under {k} can "
        "mean none to {most}. Sums marked ≈ are not exact.",
        k=threshold,
        most=threshold - 1,
    )
