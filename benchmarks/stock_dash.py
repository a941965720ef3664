"""The same charts on a page of plain Dash: its own plotly.js, without our styles and without queries.

The charts are read from the file that ``CHARTS`` names, as the application sent them. Served by gunicorn.
"""

import json
import os
from pathlib import Path
from typing import Any

from dash import Dash, Input, Output, dcc, html
from flask import Response, send_from_directory

from data.places import SHIPPED_FOLDER

CHARTS: list[dict[str, Any]] = json.loads(Path(os.environ["CHARTS"]).read_text(encoding="utf-8"))

app = Dash("stock", compress=os.environ.get("COMPRESS") == "1")
server = app.server
# Without this map plotly.js would request one from another host, and draw no map.
CONFIG = {"topojsonURL": "/world/"}
app.layout = html.Div(
    [
        dcc.Location(id="address"),
        *(dcc.Dropdown(id=f"filter-{at}", options=[], multi=True) for at in range(5)),
        *(dcc.Graph(id=f"chart-{at}", config=CONFIG, style={"height": 400}) for at in range(len(CHARTS))),
    ]
)


@app.callback([Output(f"chart-{at}", "figure") for at in range(len(CHARTS))], Input("address", "search"))
def charts(_search: str) -> list[dict[str, Any]]:
    """Every chart of the page."""
    return CHARTS


@server.get("/world/<path:_name>")
def world(_name: str) -> dict[str, Any]:
    """A world map without a country."""
    return {"type": "Topology", "objects": {}, "arcs": []}


@server.get("/boundaries/<_fingerprint>/<name>")
def boundary(_fingerprint: str, name: str) -> Response:
    """A boundary file."""
    return send_from_directory(SHIPPED_FOLDER, name)
