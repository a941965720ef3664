"""Markup: what a page says and no callback listens to, as one component however much there is of it.

The renderer starts everything anew that a callback puts into ``children``, component by component, and tells each
component on the page of every one that starts. The words around three charts are a hundred components, and took longer
than the charts. What is put into ``content`` is drawn as a whole by a script of ours (assets/markup.js), and of it only
what has become another is touched.
"""

# ruff: noqa: RUF012 (Dash declares them so)

from dash.development.base_component import Component


class Markup(Component):
    """An element of a page, a `tag` of HTML, whose ``content`` a callback writes.

    Content is text, a component of ``dash.html`` or a ``dcc.Link``, or a list of them; no callback can listen to any.
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
