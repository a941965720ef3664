"""What to know of a link before and after it is made: how many enterprises it shows, and which links show them too."""

from collections.abc import Iterable

from sqlalchemy import Engine

from callbacks.page_request import AppContext
from dashboard.pages.share import share_form
from dashboard.pages.share.share_form import PROBLEMS, Draft
from data.links import link_editions, share_links
from data.links.link_terms import Terms
from data.links.share_links import Link
from layouts import findings
from layouts.words import _, ngettext

LEAST_ENTERPRISES = 40
"""Of fewer a link shows little but totals."""

MOST_NAMED = 5
"""So many links that show some of the same enterprises are named; how many more there are is said."""


def of_draft(draft: Draft, context: AppContext, accounts: Engine) -> list[str]:
    """The remarks on a link as it stands in the form; none while something is wrong with it."""
    try:
        return of_terms(draft.terms(), context, share_links.links(accounts))
    except PROBLEMS:
        return []


def of_terms(terms: Terms, context: AppContext, others: Iterable[Link]) -> list[str]:
    """The remarks on a link of these terms beside `others`, in sentences; raises :class:`EditionProblem`."""
    record = share_form.record_of(terms.edition, context)
    shown, overlapping = link_editions.overlap(record, terms, others)
    said = [ngettext("It shows {n} enterprise.", "It shows {n} enterprises.", shown)]
    if terms.threshold is None:
        return said
    if shown < 2 * terms.threshold:
        said.append(
            _("Of fewer than {least} enterprises no number is shown at all. Choose a wider scope.",
              least=2 * terms.threshold)
        )  # fmt: skip
    elif shown < LEAST_ENTERPRISES:
        said.append(
            _("Of fewer than {least} enterprises such a link can show little: the headline numbers, Module 1 "
              "and totals. A wider one shows more: a phase rather than a round, a province rather than a city, every "
              "sector.",
              least=LEAST_ENTERPRISES)
        )  # fmt: skip
    said += [
        _("{link} shows some of the same enterprises; whoever holds both can compare them.", link=named(each))
        for each in overlapping[:MOST_NAMED]
    ]
    more = len(overlapping) - MOST_NAMED
    if more > 0:
        said.append(ngettext("So does {n} more link.", "So do {n} more links.", more))
    return said


def named(link: Link) -> str:
    """A link by its number, and its name where it has one."""
    return findings.link_name(link.id, link.label)
