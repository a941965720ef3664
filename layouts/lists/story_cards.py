"""Stories as cards: before and after in words side by side, and in two pictures with a slider between them."""

from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.parts.markup import Markup
from layouts.words import _, labelled, language, marked, ngettext, number


@dataclass(frozen=True)
class Text:
    """What is told, in English and in Chinese; None where a language does not tell it."""

    english: str | None
    chinese: str | None

    @property
    def told(self) -> str:
        """The text in the language spoken, else in the other one and marked so; empty where it is told in neither."""
        spoken, other = (self.chinese, self.english) if language() == "zh" else (self.english, self.chinese)
        return spoken or (marked(other, borrowed=True) if other else "")

    @property
    def lang(self) -> str | None:
        """The language of :attr:`told` where it is not the one spoken."""
        if language() == "zh":
            return None if self.chinese else "en"
        return None if self.english else "zh-Hans"


@dataclass(frozen=True)
class Picture:
    """A picture of one side: its address and size."""

    href: str
    width: int
    height: int


@dataclass(frozen=True)
class Story:
    """One story as a card shows it. ``facts`` are (text, address or empty); ``source`` as well, None where not told."""

    href: str
    title: Text
    before: Text
    after: Text
    facts: tuple[tuple[str, str], ...]
    source: tuple[str, str] | None
    pictures: tuple[Picture | None, Picture | None] = (None, None)


def skeleton() -> list[Component]:
    """The page: how many stories there are, the cards, and a button for more of them."""
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
    """How many stories there are, and how many tell both sides."""
    if not stories:
        return _("No story in this selection")
    return ngettext(
        "{n} story; {both} with both before and after", "{n} stories; {both} with both before and after",
        stories, both=number(both),
    )  # fmt: skip


def heading(said: str, basis: list[Component]) -> list[Component]:
    """The title over the cards and what they are of."""
    return [html.H2(said), *basis]


def nothing(why: str, way_back: str) -> list[Component]:
    """What stands in place of cards; `why` says why a viewer has none where that is not the filters' doing."""
    back = dcc.Link(_("Show everything again"), href=way_back, className="btn btn-outline-primary btn-sm")
    return [html.Div([html.P(why)] if why else [back], className="empty")]


def of_a_link(*, names: bool) -> str:
    """Which stories a link with a threshold shows."""
    if names:
        return _("You see stories of enterprises that may be named.")
    return _("A story is of one enterprise. This link shows no names, and so no stories.")


def groups(found: list[tuple[str, list[Story]]]) -> list[Component]:
    """Cards under the heading they belong to."""
    at = 0
    sections: list[Component] = []
    for name, stories in found:
        cards = [card(story, f"story-{at + n}") for n, story in enumerate(stories)]
        sections.append(html.Section([html.H3(name), html.Div(cards, className="stories")], className="story-group"))
        at += len(stories)
    return sections


def alone(story: Story, way_back: str) -> list[Component]:
    """One story by itself."""
    back = dcc.Link(["← ", _("All stories")], href=way_back, className="leads-to")
    return [html.Div([card(story, "story-0", wide=True)], className="stories one"), back]


def missing(way_back: str) -> list[Component]:
    """There is no such story, or none the viewer may read."""
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
    """What the button for more says."""
    return ngettext("Show {n} more story", "Show {n} more stories", min(left, step))


def card(story: Story, name: str, *, wide: bool = False) -> Component:
    """One story; `name` tells its slider from others on the page. A story by itself has the page's width (`wide`)."""
    titled: Component | str = story.title.told or _("A story without a title")
    facts: list[Component | str] = []
    for text, href in story.facts:
        facts += [" · "] if facts else []
        facts.append(dcc.Link(text, href=href) if href else text)
    head = html.H2 if wide else html.H4
    return html.Article(
        [
            head(titled if wide else dcc.Link(titled, href=story.href), lang=story.title.lang),
            html.P(facts, className="story-facts"),
            *pictures(story, name),
            html.Dl([_side(_("Before"), story.before), _side(_("After"), story.after)], className="story-words"),
            *_source(story),
        ],
        className="story wide" if wide else "story",
    )


def _side(label: str, text: Text) -> Component:
    told = html.Dd(text.told, lang=text.lang) if text.told else html.Dd(_("not told"), className="untold")
    return html.Div([html.Dt(label), told])


def _source(story: Story) -> list[Component]:
    if story.source is None:
        return [html.P(_("Source not given"), className="story-source")]
    name, href = story.source
    return [html.P([labelled(_("Source"), ""), dcc.Link(name, href=href)], className="story-source")]


def pictures(story: Story, name: str) -> list[Component]:
    """The pictures of a story: two with a slider between them, one alone, or nothing."""
    labels = (_("Before"), _("After"))
    shown = [
        _figure(picture, label, side, story.title.told)
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
            # The script in shell.js fills in the number as the slider moves.
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
