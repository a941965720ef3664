"""How numbers are taken away from a page: an exhibit as tables and pictures, a selection as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts.words import _

PICTURES = ("png", "svg")


@dataclass(frozen=True)
class TakeAway:
    """The files of an exhibit: (what it is called, address), and what a picture of its chart is called."""

    files: tuple[tuple[str, str], ...]
    name: str


def of_exhibit(take: TakeAway, *, pictured: bool) -> Component:
    """The files of an exhibit, and where it is `pictured` its chart; a script of ours draws that (assets/take.js)."""
    files = [html.Li(html.A(kind, href=address, download="")) for kind, address in take.files]
    pictures = [html.Li(_picture(take, kind)) for kind in PICTURES if pictured]
    failed = _("The picture could not be drawn. Reload the page and try again.")
    said = html.Span(role="status", **{"data-failed": failed})
    return html.Details([html.Summary(_("Take away")), html.Ul([*files, *pictures]), said], className="take-away")


def _picture(take: TakeAway, kind: str) -> Component:
    about = {"data-format": kind, "data-name": take.name, "aria-label": _("The chart as {kind}", kind=kind.upper())}
    return html.Button(kind.upper(), type="button", className="take-picture", **about)


def of_selection(files: Sequence[tuple[str, str]]) -> Component:
    """The whole selection as (what it is called, address)."""
    links = [html.A(name, href=address, download="") for name, address in files]
    return html.P([html.Span(_("Take this selection away")), *links], className="take-selection")
