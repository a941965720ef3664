"""The three charts in Vizro."""

from collections.abc import Callable

import pandas as pd
import vizro.models as vm
import vizro.plotly.express as px
from vizro import Vizro
from vizro.managers import data_manager

from benchmarks.beside.plain import SQL, numbers, sectors


def _loader(chart: str) -> Callable[..., pd.DataFrame]:
    def load(sector: str = "") -> pd.DataFrame:
        return numbers(chart, "" if sector == "all" else sector)

    return load


for chart in SQL:
    data_manager[chart] = _loader(chart)

page = vm.Page(
    title="beside",
    components=[vm.Graph(id=chart, figure=px.bar(chart, x="label", y="value")) for chart in SQL],
    controls=[
        vm.Parameter(
            targets=[f"{chart}.data_frame.sector" for chart in SQL],
            selector=vm.RadioItems(options=[each or "all" for each in sectors()], value="all"),
        )
    ],
)
server = Vizro().build(vm.Dashboard(pages=[page])).dash.server
