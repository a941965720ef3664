"""The frame of every page: brand, links to pages, menus of managers, footer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from layouts.words import _, day, sentences


def brand(programme: str, href: str) -> Component:
    """The brand with the name of the programme, as a link."""
    return dcc.Link([html.Strong("SCORE"), html.Span(programme, className="brand-programme")], href=href)


@dataclass(frozen=True)
class PageLink:
    """A link to a page. ``here``: it is the page shown. ``main``: the link is in the bar and not in a menu."""

    name: str
    href: str
    here: bool
    main: bool


def page_links(
    links: Sequence[PageLink], other: str, switch: str, code: str, managers: Sequence[Component] = ()
) -> list[Component]:
    """The links to the pages, the menu *The record*, the menus of a manager, and the link to the other language."""
    pages = [_page_link(link) for link in links if link.main]
    rest = [link for link in links if not link.main]
    button = html.Button(_("Filters"), id="filters-toggle", className="filters-toggle", **{"aria-expanded": "false"})
    language = html.Span(dcc.Link(other, href=switch, className="language"), lang="zh-Hans" if code == "zh" else "en")
    return [html.Ul(pages), *([_menu(rest)] if rest else []), *managers, language, button]


def _page_link(link: PageLink) -> Component:
    current = {"aria-current": "page"} if link.here else {}
    return html.Li(dcc.Link(link.name, href=link.href), className="here" if link.here else "", **current)


def _menu(links: Sequence[PageLink]) -> Component:
    """Pages in a menu; its title is the name of the page shown, if that is in the menu."""
    here = next((link.name for link in links if link.here), "")
    summary = html.Summary(here or _("The record"), className="here" if here else "")
    return html.Details([summary, html.Ul([_page_link(link) for link in links])], className="tools menu")


def tools(pages: Sequence[tuple[str, str]]) -> Component:
    """The menu of a manager: their pages (name, address), and the button to sign out."""
    out = html.Form(html.Button(_("Sign out"), className="sign-out"), action="/sign-out", method="POST")
    links = [html.Li(html.A(name, href=href)) for name, href in pages]
    return html.Details([html.Summary(_("Tools")), html.Ul([*links, html.Li(out)])], className="tools")


def readers(address: str) -> Component:
    """The menu of share links through which a manager can see the page; fetched from `address` when it is opened."""
    body = [html.Summary(_("See as …")), html.Div(className="table-body")]
    return html.Details(body, className="tools readers", **{"data-src": address})


def looking_through(messages: Sequence[str], *, leave: bool) -> Component:
    """The notice to a viewer with a share link; `leave`: with a button back to their own view, for a manager."""
    back = html.Form(
        html.Button(_("Back to my own view"), className="btn btn-sm btn-outline-primary"),
        action="/leave",
        method="POST",
    )
    return html.Div([html.P(sentences(*messages)), *([back] if leave else [])], className="looking-through")


def edition_note(summary: str, lines: Sequence[str]) -> Component:
    """The note on an edition that was made under older rules; its lines open with a click."""
    if not lines:
        return html.Div(html.P(summary), className="edition-note")
    listed = html.Ul([html.Li(line) for line in lines])
    return html.Details([html.Summary(summary), listed], className="edition-note")


def footer(programme: str, as_of: date, note: str | None, loaded_at: date | None) -> list[Component]:
    """The footer: the programme, the as-of date of the record, the date it was loaded, and its note."""
    text = _(
        "{programme} · record as of {date} · loaded on {loaded}",
        programme=programme,
        date=day(as_of),
        loaded=day(loaded_at),
    )
    lines = [html.P(text)]
    if note:
        lines.append(html.P(note, className="foot-note"))
    caveat = _("Outcome figures are few and reported by the enterprises themselves; there is no comparison group.")
    return [*lines, html.P(caveat)]
