"""The choices in forms. A chosen value that is gone stays in the list, with a note."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from callbacks import filter_bar as controls
from callbacks.requests.page_request import AppContext, PageRequest
from data.editions import frozen_copies
from layouts import words
from layouts.parts.shell import CONTROLS
from layouts.words import _


@dataclass(frozen=True)
class Choice:
    """One choice in a form."""

    value: str
    label: str
    chosen: bool


def codes(page_request: PageRequest, dimension: str, ticked: AbstractSet[str]) -> list[Choice]:
    """The codes of one dimension that have enterprises, and all ticked codes."""
    if dimension in CONTROLS:
        offered = {each["value"]: each["label"] for each in controls.options(page_request, dimension)}
    else:
        offered = {
            code: page_request.names.of(dimension, code) for code in page_request.view.catalogue.table(dimension)
        }
    rest = {code: _missing_label(page_request, dimension, code) for code in sorted(ticked - set(offered))}
    return [Choice(code, label, code in ticked) for code, label in (rest | offered).items()]


def _missing_label(page_request: PageRequest, dimension: str, code: str) -> str:
    if code in page_request.view.catalogue.table(dimension):
        return page_request.names.of(dimension, code)
    return _("{code} (not in the record)", code=code)


def records(context: AppContext, chosen: str) -> list[Choice]:
    """The live record and all editions, and the `chosen` edition (by key or name) where it is gone."""
    return [Choice("", _("The live record"), not chosen), *frozen(context, chosen)]


def frozen(context: AppContext, chosen: str) -> list[Choice]:
    """All editions, and the `chosen` edition (by key or name) where it is gone."""
    choices = []
    for each in frozen_copies.editions(context.records.folder):
        label = f"{each.name} · {words.day(each.frozen_at.date())}"
        choices.append(Choice(each.key, label, chosen in (each.key, each.name)))
    if chosen and not any(each.chosen for each in choices):
        choices.append(Choice(chosen, _("{name} (gone)", name=chosen), chosen=True))
    return choices
