"""The PDF of a pack and the pictures of its maps, drawn by the browser as in the slide show."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import render_template

from dashboard import static_files
from dashboard.packs import chromium
from layouts import words
from layouts.slide_model import Slide
from layouts.theme import GRAPH_CONFIG, Figure
from layouts.words import _

HERE = Path(__file__).parent.parent

Shapes = Mapping[str, bytes]
"""Boundary files by their address in figures."""

_CONFIG = GRAPH_CONFIG | {"staticPlot": True, "responsive": False}


def pdf(title: str, slides: Iterable[Mapping[str, Slide]], shapes: Shapes, language: str, *, both: bool) -> bytes:
    """A PDF with one page per slide; raises :class:`dashboard.packs.chromium.PrintingProblem`."""
    plain = [{each_language: slide.plain() for each_language, slide in pair.items()} for pair in slides]
    drawn = [figure for pair in plain for slide in pair.values() for figure in slide["figures"]]
    return chromium.pdf(_page(title, language, drawn, shapes, slides=plain, both=both))


def picture(figure: Figure, shapes: Shapes, language: str, width: int, height: int) -> bytes:
    """A figure as a PNG of this size in pixels; raises :class:`dashboard.packs.chromium.PrintingProblem`."""
    page = _page("", language, [figure], shapes, picture=figure, size=[width, height])
    return chromium.png(page, width, height)


def _page(title: str, language: str, figures: Iterable[Figure], shapes: Shapes, **shown: Any) -> str:
    used = {trace["geojson"] for figure in figures for trace in figure["data"] if "geojson" in trace}
    with words.speaking(language):
        unknown = _("not on record")
    pack = {
        "slides": [],
        "language": language,
        "unknown": unknown,
        "config": _CONFIG,
        "shapes": {address: json.loads(shapes[address]) for address in sorted(used)},
        "drawn": chromium.DRAWN,
    }
    return render_template(
        "pack.html",
        title=title,
        language=language,
        pack=pack | shown,
        style=_text("assets/present/present.css"),
        script=_text("assets/present/slide.js"),
        plotly=(static_files.ASSETS / static_files.PLOTLY).read_text(encoding="utf-8"),
    )


def _text(path: str) -> str:
    return (HERE / path).read_text(encoding="utf-8")
