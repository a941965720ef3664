"""The execution of a SELECT statement, with the result as a frame or as rows."""

from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select


def frame(connection: Connection, statement: Select[*tuple[Any, ...]]) -> pd.DataFrame:
    """The result as a frame: numbers as numbers, missing codes and texts as None."""
    result = connection.execute(statement)
    frame = pd.DataFrame(result.all(), columns=list(result.keys()))
    objects = frame.select_dtypes(include=["object", "str"]).columns
    frame[objects] = frame[objects].astype(object).where(frame[objects].notna(), None)
    return frame


def rows(connection: Connection, statement: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The result as rows by column, with the values of the database."""
    return [dict(row._mapping) for row in connection.execute(statement)]  # noqa: SLF001 - as a mapping
