"""Remarks on a share link: the number of enterprises it shows, and other links that show the same ones."""

from collections.abc import Iterable

from sqlalchemy import Engine

from callbacks.requests.page_request import AppContext
from dashboard.pages.share import share_form
from dashboard.pages.share.share_form import PROBLEMS, Draft
from data.links import link_editions, share_links
from data.links.link_terms import Terms
from data.links.share_links import Link
from layouts.texts import selection_words
from layouts.words import _, ngettext

LEAST_ENTERPRISES = 40
"""With fewer enterprises, a link shows little more than totals."""

MOST_NAMED = 5
"""Maximum number of other links that are named. The number of further ones is shown."""


def of_draft(draft: Draft, context: AppContext, accounts: Engine) -> list[str]:
    """The remarks on the link in the form; none if the form has an error."""
    try:
        return of_terms(draft.terms(), context, share_links.links(accounts))
    except PROBLEMS:
        return []


def of_terms(terms: Terms, context: AppContext, others: Iterable[Link]) -> list[str]:
    """The remarks on a link with these terms, compared with `others`; raises :class:`EditionProblem`."""
    record = share_form.record_of(terms.edition, context)
    shown, overlapping = link_editions.overlap(record, terms, others)
    remarks = [ngettext("It shows {n} enterprise.", "It shows {n} enterprises.", shown)]
    if terms.threshold is None:
        return remarks
    if shown < 2 * terms.threshold:
        remarks.append(
            _("Of fewer than {least} enterprises no number is shown at all. Choose a wider scope.",
              least=2 * terms.threshold)
        )  # fmt: skip
    elif shown < LEAST_ENTERPRISES:
        remarks.append(
            _("Of fewer than {least} enterprises such a link can show little: the headline numbers, Module 1 "
              "and totals. A wider one shows more: a phase rather than a round, a province rather than a city, every "
              "sector.",
              least=LEAST_ENTERPRISES)
        )  # fmt: skip
    remarks += [
        _("{link} shows some of the same enterprises; whoever holds both can compare them.", link=link_name(each))
        for each in overlapping[:MOST_NAMED]
    ]
    more = len(overlapping) - MOST_NAMED
    if more > 0:
        remarks.append(ngettext("So does {n} more link.", "So do {n} more links.", more))
    return remarks


def link_name(link: Link) -> str:
    """The number of a link, and its label if it has one."""
    return selection_words.link_name(link.id, link.label)
