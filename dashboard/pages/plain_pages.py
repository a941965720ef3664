"""Plain pages before Dash: the ways in, refusals, one that says one thing, forms, the frame of the managers' tools."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, make_response, redirect, render_template, request
from plotly.io.json import to_json_plotly
from werkzeug.wrappers import Response as AnyResponse

from data.filters import LANGUAGES, language_of
from data.privacy.viewer import Permission
from layouts import ids, parts, words
from layouts.words import _, ngettext

UPDATE = "/_dash-update-component"
"""Where callbacks are posted."""


def reader_language() -> str:
    """The language of someone we know nothing of: the address's, else the browser's."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en") or "en"


def posted_language() -> str:
    """The language of the address a callback was posted with."""
    body: Any = request.get_json(silent=True)
    inputs = body.get("inputs", []) if isinstance(body, dict) else []
    for each in inputs if isinstance(inputs, list) else []:
        if isinstance(each, dict) and each.get("id") == ids.ADDRESS and each.get("property") == "search":
            return language_of(each.get("value") if isinstance(each.get("value"), str) else None)
    return "en"


def refusal(status: int) -> Response:
    """The page for a request that gets no answer; it says the same whatever was asked for."""
    with words.speaking(reader_language()):
        said = {
            400: (
                _("This address is not served"),
                _("Open the address exactly as it was printed when the server started."),
            ),
            401: _not_signed_in(local=True),
            403: (
                _("This request came from another site"),
                _("It was not carried out. Go back and try from the page itself."),
            ),
            404: (
                _("There is nothing at this address"),
                _("Check the address, or go to the overview."),
            ),
            413: (
                _("That was too much at once"),
                _("More was sent than any page here sends, so nothing of it was read. Go back and send less."),
            ),
        }
        other = (_("Something went wrong"), _("It has been written to the log. Try again in a moment."))
        title, text = said.get(status, other)
        if status == 413 and request.path == UPDATE:  # noqa: PLR2004 - it was not read what page this is for
            return Response(f"{title}. {text}\n", status, mimetype="text/plain")
        way = (_("Overview"), "/") if status == 404 else None  # noqa: PLR2004 - nothing at this address
        return message(status, title, text, way=way)


def way_in(*, local: bool) -> AnyResponse:
    """For whoever is not signed in: the sign-in page, and in the local mode where to look for the address."""
    if local or request.method != "GET" or "text/html" not in request.headers.get("Accept", ""):
        with words.speaking(reader_language()):
            return message(401, *_not_signed_in(local=local))
    asked = request.full_path.removesuffix("?")
    told = {"next": "" if asked == "/" else asked, "lang": request.args.get("lang", "")}
    query = urlencode({name: value for name, value in told.items() if value})
    return redirect(f"/sign-in?{query}" if query else "/sign-in")


def _not_signed_in(*, local: bool) -> tuple[str, str]:
    where = (
        _("Open the one-time address printed when the server started. It works once; restart for a new one.")
        if local
        else _("Sign in, then try again. Whoever has a link opens the link again.")
    )
    return _("You are not signed in"), where


def link_ended() -> Response:
    """The page for who comes by a link that opens nothing (any more): it does not say which of these it is."""
    with words.speaking(reader_language()):
        return message(
            401,
            _("This link has ended"),
            _("It has run out, was ended, or never was a link. Ask whoever sent it for a new one."),
        )


def too_much(seconds: int) -> Response:
    """The answer to who asks more than anyone reads: a page, or the same as a notice over the page they are on."""
    posted = request.path == UPDATE
    with words.speaking(posted_language() if posted else reader_language()):
        title = _("That was more than this link may ask at once")
        text = ngettext(
            "Wait {n} second and go on. Nothing is lost.", "Wait {n} seconds and go on. Nothing is lost.", seconds
        )
        if posted:
            notice = {ids.PROBLEM: {"content": parts.notice([title, text])}}
            told = to_json_plotly({"multi": True, "response": {}, "sideUpdate": notice})  # as Dash writes answers
            response = Response(told, 429, mimetype="application/json")
        else:
            response = message(429, title, text)
    response.headers["Retry-After"] = str(seconds)
    return response


def message(status: int, title: str, text: str, *, detail: str = "", way: tuple[str, str] | None = None) -> Response:
    """A page that says one thing; `way` is (text, address) of where to go from it.

    A manager who looks through a link finds the way out of it here too.
    """
    own, viewer = g.get("own"), g.get("viewer")
    body = render_template(
        "page.html",
        language=words.language(),
        title=title,
        text=text,
        detail=detail,
        status=status,
        way=way,
        leave=_("Back to my own view") if own and (viewer is None or viewer.limited) else "",
    )
    return make_response(body, status)


def form(  # noqa: PLR0913 - what stands on a page with a form
    status: int,
    *,
    title: str,
    text: str,
    problem: str = "",
    fields: list[tuple[str, str, str, str]],
    submit: str,
    beside: tuple[str, str] | None = None,
    filled: Mapping[str, str] | None = None,
) -> Response:
    """A page with a form that posts to its own address.

    `fields` are (name, type, label, what a browser may fill in), `filled` what stands in some of them already;
    `beside` is (text, address) of another way.
    """
    body = render_template(
        "form.html",
        language=words.language(),
        title=title,
        text=text,
        problem=problem,
        fields=fields,
        submit=submit,
        beside=beside,
        filled=filled or {},
    )
    return make_response(body, status)


def manage(template: str, status: int = 200, here: str = "", **context: Any) -> Response:
    """A plain page, framed by the way to the tools its viewer may use; speaks the language spoken.

    `here` is its address without a language, where that is not the path asked for. Templates say ``_()`` themselves.
    """
    language = words.language()
    ask = f"?lang={language}" if language != "en" else ""
    own, viewer = g.get("own"), g.viewer
    every = [
        (Permission.BROWSE, _("Dashboard"), "/"),
        (Permission.PRESENT, _("Present"), "/present"),
        (Permission.MANAGE_LINKS, _("Share"), "/share"),
        (Permission.MANAGE_DECKS, _("Decks"), "/decks"),
        (Permission.MAKE_NEWSLETTERS, _("Newsletter"), "/digest"),
        (Permission.CHOOSE_EDITION, _("Editions"), "/editions"),
        (Permission.IMPORT, _("Import"), "/import"),
    ]
    tools = [(name, address) for permission, name, address in every if viewer.may(permission)]
    other = "en" if language == "zh" else "zh"
    if not here:
        kept = urlencode([each for each in request.args.items(multi=True) if each[0] != "lang"])
        here = f"{request.path}?{kept}" if kept else request.path
    body = render_template(
        template,
        language=language,
        tools=[(name, address + ask, request.path.startswith(address) and address != "/") for name, address in tools],
        switch=(words.LANGUAGES[other], _in_language(here, other), other),
        _=_,
        sign_out="" if viewer.limited else _("Sign out"),
        leave=_("Back to my own view") if own and viewer.limited else "",
        skip=_("Skip to content"),
        **context,
    )
    return make_response(body, status)


def address(path: str, **asked: str) -> str:
    """An address of ours that keeps the language spoken."""
    if words.language() != "en":
        asked["lang"] = words.language()
    return f"{path}?{urlencode(asked)}" if asked else path


def _in_language(address: str, language: str) -> str:
    asks = "" if language == "en" else f"{'&' if '?' in address else '?'}lang={language}"
    return address + asks
