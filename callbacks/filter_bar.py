"""The filter bar: controls and a sentence that show the filters of the address, and write changes to the address."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output

from callbacks.requests.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data import filter_options
from data.filters import DIMENSIONS, Filters, language_of
from layouts import ids, words
from layouts.pages import page_at
from layouts.parts import controls
from layouts.parts.shell import CONTROLS
from layouts.texts.code_words import filter_name
from layouts.words import _, number


def register(app: Dash, context: AppContext) -> None:
    """Add the callbacks."""

    @app.callback(
        Output(ids.CANONICAL, "data"),
        Output(ids.SENTENCE, "content"),
        Output(ids.AS_OF, "value"),
        Output(ids.AS_OF_BOX, "hidden"),
        *(Output(ids.filter_control(name), "options") for name in CONTROLS),
        *(Output(ids.filter_control(name), "value") for name in CONTROLS),
        Input(ids.ADDRESS, "search"),
        Input(ids.ADDRESS, "pathname"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def filters(search: str | None, path: str | None) -> tuple[Any, ...]:
        with open_request(context, search) as request:
            return answer(request, path)

    @app.callback(
        Output(ids.AS_OF_LABEL, "children"),
        *(Output(ids.filter_label(name), "children") for name in CONTROLS),
        *(Output(ids.filter_control(name), "placeholder") for name in CONTROLS),
        *(Output(ids.filter_control(name), "labels") for name in CONTROLS),
        Input(ids.LANGUAGE, "data"),
    )
    def labels(language: str | None) -> tuple[Any, ...]:
        with words.speaking(language_of(language)):
            return (
                *(filter_name(name) for name in ("as_of", *CONTROLS)),
                *(_("All") for _name in CONTROLS),
                *(controls.dropdown_labels() for _name in CONTROLS),
            )

    app.clientside_callback(
        ClientsideFunction("shell", "placeOf"),
        Output(ids.PLACE_CHOSEN, "data"),
        Input(ids.REGIONS_MAP, "clickData"),
        prevent_initial_call=True,
    )

    # Not an Output of the address: then every page would wait for the filters before it sent its own request.
    app.clientside_callback(
        ClientsideFunction("controls", "write"),
        Input(ids.CANONICAL, "data"),
        Input(ids.AS_OF, "value"),
        Input(ids.PLACE_CHOSEN, "data"),
        *(Input(ids.filter_control(name), "value") for name in CONTROLS),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("shell", "settle"),
        Input(ids.CANONICAL, "data"),
        prevent_initial_call=True,
    )


def answer(request: PageRequest, path: str | None) -> tuple[Any, ...]:
    """The address in its standard form, and the options and value of every control."""
    record_date = request.view.catalogue.programme.as_of
    # The record's own date is not a filter: choosing it means no filter by date.
    filters = request.filters.dated(None) if request.filters.as_of == record_date else request.filters
    return (
        filters.search(words.language()),
        sentence(request, filters, path or "/"),
        (filters.as_of or record_date).isoformat(),
        # The difference between two dates would reveal single enterprises: hide the date from viewers with a threshold.
        request.view.threshold is not None,
        *(options(request, name) for name in CONTROLS),
        *(sorted(filters.codes(name)) for name in CONTROLS),
    )


def options(request: PageRequest, dimension: str) -> list[dict[str, str]]:
    """The options of one filter: the codes that the other filters leave, with the number of enterprises of each."""
    counts = filter_options.option_counts(request.view, dimension)
    chosen = request.filters.codes(dimension)
    shown = [code for code in request.view.catalogue.table(dimension) if code in counts or code in chosen]
    if dimension == "place":
        shown = sorted(shown, key=lambda code: request.view.catalogue.line("place", code)[::-1])
    # A dropdown removes a value that is not an option, and the filter with it: add the requested codes to the options.
    shown += sorted(chosen - set(shown))
    return [
        {
            "label": _indent(request, dimension, code) + _counted(request.names.of(dimension, code), counts, code),
            "value": code,
            "search": f"{request.names.of(dimension, code)} {code}",
        }
        for code in shown
    ]


def _counted(name: str, counts: dict[str, int | None], code: str) -> str:
    """A name with its number of enterprises, or the name alone where the number is not shown."""
    count = counts.get(code, 0 if all(n is None or n for n in counts.values()) else None)
    return name if count is None else f"{name} · {number(count)}"


def _indent(request: PageRequest, dimension: str, code: str) -> str:
    depth = len(request.view.catalogue.line("place", code)) - 1 if dimension == "place" else 0
    return "\u2003" * max(depth - 1, 0)


def sentence(request: PageRequest, filters: Filters, path: str) -> list[Any]:
    """The filter sentence, with links that remove one filter or all filters, and the edition."""
    page = page_at(path)
    at = page.path if page else "/"
    chosen = [
        (dimension, request.names.of(dimension, code), request.addresses.of(at, filters.without(dimension, code)))
        for dimension in DIMENSIONS
        for code in sorted(filters.codes(dimension))
    ]
    if filters.as_of:
        chosen.append(("as_of", words.day(filters.as_of), request.addresses.of(at, filters.without("as_of"))))
    edition = None
    if request.edition:
        # A share link of one edition leads to no other record.
        live = request.addresses.of(at, filters.without("edition")) if filters.edition else ""
        edition = (filter_name("edition"), request.edition.name, live)
    named = [(filter_name(dimension), name, href) for dimension, name, href in chosen]
    return controls.filter_sentence(named, request.addresses.of(at, request.unfiltered), edition, scope(request))


def scope(request: PageRequest) -> list[tuple[str, str]]:
    """The limits of the viewer's share link, as (filter, names), for dimensions without a filter."""
    limited = [
        (name, codes) for name in DIMENSIONS if (codes := request.scoped(name)) and not request.filters.codes(name)
    ]
    return [
        (filter_name(name), words.listed([request.names.of(name, code) for code in codes])) for name, codes in limited
    ]
