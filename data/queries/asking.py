"""How a question is put and its answer taken: as a frame, or as rows."""

from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select


def frame(connection: Connection, question: Select[*tuple[Any, ...]]) -> pd.DataFrame:
    """The answer as a frame: numbers as numbers, missing codes and texts as None."""
    answer = connection.execute(question)
    frame = pd.DataFrame(answer.all(), columns=list(answer.keys()))
    objects = frame.select_dtypes(include=["object", "str"]).columns
    frame[objects] = frame[objects].astype(object).where(frame[objects].notna(), None)
    return frame


def rows(connection: Connection, question: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The answer as rows by column, values as the database has them."""
    return [dict(row._mapping) for row in connection.execute(question)]  # noqa: SLF001 - as a mapping
