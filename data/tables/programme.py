"""What the programme itself reports: published figures."""

import pandas as pd

from data import queries
from data.view import View


def published(view: View) -> pd.DataFrame:
    frame = queries.reported_figures(view.connection, view.of)
    return frame.rename(columns={"code": "figure"}).drop(columns="phase").rename(columns={"of_phase": "phase"})
