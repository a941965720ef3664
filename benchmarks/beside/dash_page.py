"""The three charts in Dash as its documentation shows it: plotly express, a callback."""

import plotly.express as px
from dash import Dash, Input, Output, dcc, html
from plotly.graph_objects import Figure

from benchmarks.beside.plain import SQL, numbers, sectors

app = Dash("beside")
server = app.server
app.layout = html.Div(
    [
        dcc.RadioItems(id="sector", options=[{"label": each or "all", "value": each} for each in sectors()], value=""),
        *(dcc.Graph(id=chart) for chart in SQL),
    ]
)


@app.callback([Output(chart, "figure") for chart in SQL], Input("sector", "value"))
def charts(sector: str) -> list[Figure]:
    """Every chart, of one sector or of all."""
    return [px.bar(numbers(chart, sector), x="label", y="value", title=chart) for chart in SQL]
