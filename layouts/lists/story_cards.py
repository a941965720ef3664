"""Stories as cards: before and after side by side in words, and in two pictures with a slider between them."""

from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.parts.markup import Markup
from layouts.words import _, labelled, language, marked, ngettext, number


@dataclass(frozen=True)
class Text:
    """A text in English and in Chinese; None where there is no text in a language."""

    english: str | None
    chinese: str | None

    @property
    def shown(self) -> str:
        """The text in the current language, else in the other one with a mark; empty where there is neither."""
        current, other = (self.chinese, self.english) if language() == "zh" else (self.english, self.chinese)
        return current or (marked(other, borrowed=True) if other else "")

    @property
    def lang(self) -> str | None:
        """The language of :attr:`shown` where it is not the current one."""
        if language() == "zh":
            return None if self.chinese else "en"
        return None if self.english else "zh-Hans"


@dataclass(frozen=True)
class Picture:
    """A picture of before or after: its address and its size in pixels."""

    href: str
    width: int
    height: int


@dataclass(frozen=True)
class Story:
    """One story as a card. ``facts`` are (text, address or empty) each; ``source`` likewise, None where not given."""

    href: str
    title: Text
    before: Text
    after: Text
    facts: tuple[tuple[str, str], ...]
    source: tuple[str, str] | None
    pictures: tuple[Picture | None, Picture | None] = (None, None)


def skeleton() -> list[Component]:
    """The skeleton of the page: the number of stories, the cards, and a button for more cards."""
    return [
        Markup(ids.STORIES_TITLE, className="stories-title", role="status"),
        html.Div(id=ids.STORIES_LIST),
        html.Div(
            html.Button(
                id=ids.STORIES_MORE, className="btn btn-outline-primary", type="button", n_clicks=0, hidden=True
            ),
            className="stories-more",
        ),
    ]


def title(stories: int, both: int) -> str:
    """The title: the number of stories, and of those with both before and after."""
    if not stories:
        return _("No story in this selection")
    return ngettext(
        "{n} story; {both} with both before and after", "{n} stories; {both} with both before and after",
        stories, both=number(both),
    )  # fmt: skip


def heading(title: str, basis: list[Component]) -> list[Component]:
    """The title over the cards, and their basis."""
    return [html.H2(title), *basis]


def nothing(why: str, way_back: str) -> list[Component]:
    """The message in place of cards; `why` is the reason where it is not the filters."""
    back = dcc.Link(_("Show everything again"), href=way_back, className="btn btn-outline-primary btn-sm")
    return [html.Div([html.P(why)] if why else [back], className="empty")]


def of_a_link(*, names: bool) -> str:
    """The note about the stories that a share link with a threshold shows."""
    if names:
        return _("You see stories of enterprises that may be named.")
    return _("A story is of one enterprise. This link shows no names, and so no stories.")


def groups(stories_by_name: list[tuple[str, list[Story]]]) -> list[Component]:
    """The cards in groups, each under the name of its group."""
    at = 0
    sections: list[Component] = []
    for name, stories in stories_by_name:
        cards = [card(story, f"story-{at + n}") for n, story in enumerate(stories)]
        sections.append(html.Section([html.H3(name), html.Div(cards, className="stories")], className="story-group"))
        at += len(stories)
    return sections


def alone(story: Story, way_back: str) -> list[Component]:
    """The page of one story."""
    back = dcc.Link(["← ", _("All stories")], href=way_back, className="leads-to")
    return [html.Div([card(story, "story-0", wide=True)], className="stories one"), back]


def missing(way_back: str) -> list[Component]:
    """The message where there is no such story, or the viewer may not read it."""
    return [
        html.Div(
            [
                html.P(_("There is no story at this address in this selection.")),
                dcc.Link(_("All stories"), href=way_back, className="btn btn-outline-primary btn-sm"),
            ],
            className="empty",
        )
    ]


def more(left: int, step: int) -> str:
    """The label of the button for more stories."""
    return ngettext("Show {n} more story", "Show {n} more stories", min(left, step))


def card(story: Story, name: str, *, wide: bool = False) -> Component:
    """One story; `name` makes the id of its slider unique on the page. `wide`: the card has the width of the page."""
    title_text: Component | str = story.title.shown or _("A story without a title")
    facts: list[Component | str] = []
    for text, href in story.facts:
        facts += [" · "] if facts else []
        facts.append(dcc.Link(text, href=href) if href else text)
    head = html.H2 if wide else html.H4
    return html.Article(
        [
            head(title_text if wide else dcc.Link(title_text, href=story.href), lang=story.title.lang),
            html.P(facts, className="story-facts"),
            *_source(story),
            *pictures(story, name),
            html.Dl([_side(_("Before"), story.before), _side(_("After"), story.after)], className="story-words"),
        ],
        className="story wide" if wide else "story",
    )


def _side(label: str, text: Text) -> Component:
    shown = html.Dd(text.shown, lang=text.lang) if text.shown else html.Dd(_("not told"), className="untold")
    return html.Div([html.Dt(label), shown])


def _source(story: Story) -> list[Component]:
    """The line that says whose words follow; it stands before them."""
    if story.source is None:
        return [html.P(_("As told to the programme; source not given"), className="story-source")]
    name, href = story.source
    return [html.P([labelled(_("As told by"), ""), dcc.Link(name, href=href)], className="story-source")]


def pictures(story: Story, name: str) -> list[Component]:
    """The pictures of a story: two with a slider between them, one, or none."""
    labels = (_("Before"), _("After"))
    shown = [
        _figure(picture, label, side, story.title.shown)
        for picture, label, side in zip(story.pictures, labels, ("before", "after"), strict=True)
        if picture
    ]
    if not shown:
        return []
    if len(shown) == 1:
        return [html.Div(shown, className="story-pictures")]
    first = story.pictures[0]
    ratio = {"--ratio": f"{first.width} / {first.height}"} if first else {}
    slide = f"{name}-slide"
    return [
        html.Div(
            [
                *shown,
                html.Label(_("How much of the picture is before"), htmlFor=slide, className="visually-hidden"),
                dbc.Input(id=slide, type="range", min=0, max=100, step=1, value=50, className="slide"),
            ],
            className="story-pictures compare",
            style=ratio,
            # shell.js fills in the number when the slider moves.
            **{"data-said": _("{n} % before, the rest after", n="{n}")},
        )
    ]


def _figure(picture: Picture, label: str, side: str, title: str) -> Component:
    return html.Figure(
        [
            html.Img(
                src=picture.href, alt=labelled(title, label) if title else label,
                width=picture.width, height=picture.height,
            ),
            html.Figcaption(label, **{"aria-hidden": "true"}),
        ],
        className=side,
    )  # fmt: skip
