"""The three charts in Dash, as in its documentation: plotly express and one callback."""

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
    """The charts, for one sector or for all."""
    return [px.bar(numbers(chart, sector), x="label", y="value", title=chart) for chart in SQL]
