"""How a question is put and its answer taken: as a frame, or as a row of counts."""

from typing import Any

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Connection, Select, case, distinct, literal


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


def count(connection: Connection, question: Select[*tuple[Any, ...]]) -> dict[str, int]:
    row = connection.execute(question).one()
    return {name: int(value) for name, value in row._mapping.items() if value is not None}  # noqa: SLF001 - as a mapping


def pair_key(table: CTE) -> ColumnElement[str]:
    """Enterprise and module as one value, since no database counts distinct pairs the same way."""
    return table.c.enterprise + literal("/") + table.c.module


def distinct_where(condition: ColumnElement[bool], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return distinct(case((condition, value)))
