"""Markup: a single component for the texts of a page that no callback listens to.

Dash's renderer mounts every component that a callback puts into ``children``, one by one. The texts around three charts
are about a hundred components, and took longer to mount than the charts. A script (assets/markup.js) draws ``content``
as a whole, and changes only the elements that differ.
"""

# ruff: noqa: RUF012 (Dash declares these lists in the same way)

from dash.development.base_component import Component


class Markup(Component):
    """An HTML element with the tag `tag`, whose ``content`` is written by a callback.

    The content is a text, a component of ``dash.html``, a ``dcc.Link``, or a list of these. No callback can use these
    components as inputs.
    """

    _namespace = "score"
    _type = "Markup"
    _children_props = []
    _prop_names = ["id", "tag", "className", "role", "content"]
    _valid_wildcard_attributes = ["aria-"]
    available_properties = _prop_names
    available_wildcard_properties = _valid_wildcard_attributes

    def __init__(self, id: str, *, tag: str = "div", **attributes: str) -> None:  # noqa: A002
        super().__init__(id=id, tag=tag, **attributes)
