"""Pages without Dash: refusals, messages, forms, and the frame of the managers' tools."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, get_flashed_messages, make_response, redirect, render_template, request
from plotly.io.json import to_json_plotly
from werkzeug.wrappers import Response as AnyResponse

from data.filters import language_of
from data.privacy.viewer import Permission
from data.vocabulary import LANGUAGES
from layouts import ids, words
from layouts.parts import cards
from layouts.words import _, ngettext

UPDATE = "/_dash-update-component"
"""The address that callbacks are posted to."""


def reader_language() -> str:
    """The language in the address, else the language of the browser."""
    language = request.args.get("lang", "")
    return language if language in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en") or "en"


def posted_language() -> str:
    """The language in the page address that a callback posted."""
    body: Any = request.get_json(silent=True)
    inputs = body.get("inputs", []) if isinstance(body, dict) else []
    for each in inputs if isinstance(inputs, list) else []:
        if isinstance(each, dict) and each.get("id") == ids.ADDRESS and each.get("property") == "search":
            return language_of(each.get("value") if isinstance(each.get("value"), str) else None)
    return "en"


def refusal(status: int) -> Response:
    """The page for a refused request. Its text depends on the status only."""
    with words.speaking(reader_language()):
        texts = {
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
        title, text = texts.get(status, other)
        if status == 413 and request.path == UPDATE:  # noqa: PLR2004 - the body was not read, so the page is unknown
            return Response(f"{title}. {text}\n", status, mimetype="text/plain")
        way = (_("Overview"), "/") if status == 404 else None  # noqa: PLR2004 - nothing at this address
        return message(status, title, text, way=way)


def sign_in_required(*, local: bool) -> AnyResponse:
    """The response for a viewer who is not signed in: a redirect to the sign-in page, or a message."""
    if local or request.method != "GET" or "text/html" not in request.headers.get("Accept", ""):
        with words.speaking(reader_language()):
            return message(401, *_not_signed_in(local=local))
    requested = request.full_path.removesuffix("?")
    parameters = {"next": "" if requested == "/" else requested, "lang": request.args.get("lang", "")}
    query = urlencode({name: value for name, value in parameters.items() if value})
    return redirect(f"/sign-in?{query}" if query else "/sign-in")


def _not_signed_in(*, local: bool) -> tuple[str, str]:
    text = (
        _("Open the one-time address printed when the server started. It works once; restart for a new one.")
        if local
        else _("Sign in, then try again. Whoever has a link opens the link again.")
    )
    return _("You are not signed in"), text


def link_ended() -> Response:
    """The page for a link that is not active or never existed; it does not say which."""
    with words.speaking(reader_language()):
        return message(
            401,
            _("This link has ended"),
            _("It has run out, was ended, or never was a link. Ask whoever sent it for a new one."),
        )


def too_many_requests(seconds: int) -> Response:
    """The response to a viewer above the rate limit: a page, or for a callback a notice over the present page."""
    posted = request.path == UPDATE
    with words.speaking(posted_language() if posted else reader_language()):
        title = _("That was more than this link may ask at once")
        text = ngettext(
            "Wait {n} second and go on. Nothing is lost.", "Wait {n} seconds and go on. Nothing is lost.", seconds
        )
        if posted:
            notice = {ids.PROBLEM: {"content": cards.notice([title, text])}}
            content = to_json_plotly({"multi": True, "response": {}, "sideUpdate": notice})  # the format of Dash
            response = Response(content, 429, mimetype="application/json")
        else:
            response = message(429, title, text)
    response.headers["Retry-After"] = str(seconds)
    return response


def message(status: int, title: str, text: str, *, detail: str = "", way: tuple[str, str] | None = None) -> Response:
    """A page with one message; `way` is (text, address) of a link to follow.

    A manager who looks through a share link can leave it here too.
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


def form(  # noqa: PLR0913 - the parts of the page
    status: int,
    *,
    title: str,
    text: str,
    problem: str = "",
    fields: list[tuple[str, str, str, str]],
    submit: str,
    alternative: tuple[str, str] | None = None,
    filled: Mapping[str, str] | None = None,
) -> Response:
    """A page with a form that posts to its own address.

    `fields` are (name, type, label, autocomplete); `filled` are initial values by name; `alternative` is (text,
    address) of a link below the form.
    """
    body = render_template(
        "form.html",
        language=words.language(),
        title=title,
        text=text,
        problem=problem,
        fields=fields,
        submit=submit,
        beside=alternative,
        filled=filled or {},
    )
    return make_response(body, status)


def manage(template: str, status: int = 200, here: str = "", **context: Any) -> Response:
    """A page of the managers' tools, with a menu of the tools its viewer may use, in the current language.

    `here` is the address of the page without a language; by default it is the requested address. Templates translate
    with ``_()``.
    """
    language = words.language()
    language_query = f"?lang={language}" if language != "en" else ""
    own, viewer = g.get("own"), g.viewer
    entries = [
        (Permission.BROWSE, _("Dashboard"), "/"),
        (Permission.PRESENT, _("Present"), "/present"),
        (Permission.MANAGE_LINKS, _("Share"), "/share"),
        (Permission.MANAGE_DECKS, _("Decks"), "/decks"),
        (Permission.MAKE_NEWSLETTERS, _("Newsletter"), "/digest"),
        (Permission.CHOOSE_EDITION, _("Editions"), "/editions"),
        (Permission.IMPORT, _("Import"), "/import"),
    ]
    tools = [(name, address) for permission, name, address in entries if viewer.may(permission)]
    other = "en" if language == "zh" else "zh"
    if not here:
        query = urlencode([each for each in request.args.items(multi=True) if each[0] != "lang"])
        here = f"{request.path}?{query}" if query else request.path
    body = render_template(
        template,
        language=language,
        tools=[
            (name, address + language_query, request.path.startswith(address) and address != "/")
            for name, address in tools
        ],
        switch=(words.LANGUAGES[other], _in_language(here, other), other),
        _=_,
        sign_out="" if viewer.limited else _("Sign out"),
        leave=_("Back to my own view") if own and viewer.limited else "",
        skip=_("Skip to content"),
        **context,
    )
    return make_response(body, status)


def done_message() -> str:
    """The messages about changes just made, which a redirect carried over."""
    return " ".join(str(each) for each in get_flashed_messages())


def address(path: str, **parameters: str) -> str:
    """The address of a path with these parameters and the current language."""
    if words.language() != "en":
        parameters["lang"] = words.language()
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _in_language(address: str, language: str) -> str:
    parameter = "" if language == "en" else f"{'&' if '?' in address else '?'}lang={language}"
    return address + parameter
