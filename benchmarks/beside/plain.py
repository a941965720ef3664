"""Three charts in plain SQL, with a filter by sector. Needs only SQLAlchemy and pandas, which all peers have."""

import os
from functools import cache

import pandas as pd
from sqlalchemy import Engine, create_engine, text

ROWS = {
    "modules": (
        "SELECT t.module AS label, e.sector AS sector, CASE WHEN t.completed_on IS NULL THEN 0 ELSE 1 END AS value "
        "FROM training t JOIN enterprise e ON e.code = t.enterprise"
    ),
    "provinces": (
        "SELECT substr(e.place, 1, 2) AS label, e.sector AS sector, 1 AS value FROM enterprise e "
        "WHERE e.place IS NOT NULL"
    ),
    "change": (
        "SELECT r.indicator AS label, e.sector AS sector, CASE WHEN (i.better = 'up' AND r.after > r.before) "
        "OR (i.better = 'down' AND r.after < r.before) THEN 100.0 ELSE 0.0 END AS value "
        "FROM result r JOIN enterprise e ON e.code = r.enterprise JOIN indicator i ON i.code = r.indicator "
        "WHERE r.before IS NOT NULL AND r.after IS NOT NULL AND i.better <> 'context'"
    ),
}
"""The SQL of each chart's facts: one row per fact."""

MADE_BY = {"modules": "SUM", "provinces": "SUM", "change": "AVG"}

SQL = {
    name: f"SELECT label, {MADE_BY[name]}(value) AS value FROM ({rows}) AS facts "
    "WHERE :sector = '' OR sector = :sector GROUP BY label ORDER BY label"
    for name, rows in ROWS.items()
}

SECTORS = "SELECT DISTINCT sector FROM enterprise WHERE sector IS NOT NULL ORDER BY 1"


@cache
def _engine() -> Engine:
    return create_engine(os.environ["BENCH_DATABASE_URL"], hide_parameters=True)


def numbers(chart: str, sector: str = "") -> pd.DataFrame:
    """The numbers of a chart, with the columns label and value."""
    with _engine().connect() as connection:
        frame = pd.read_sql(text(SQL[chart]), connection, params={"sector": sector or ""})
    return frame.astype({"label": str})


def sectors() -> list[str]:
    """The codes to filter by; the first is empty and means all."""
    with _engine().connect() as connection:
        return ["", *connection.scalars(text(SECTORS))]
