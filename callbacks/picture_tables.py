"""The tables behind pictures. Pages fetch them when they are opened; import previews show single rows."""

from dataclasses import replace

import pandas as pd

from callbacks.requests.materials import material_of
from callbacks.requests.page_request import PageRequest
from layouts.exhibits import LOOKS, PICTURES
from layouts.look import written
from layouts.parts.tables import Table


def table(request: PageRequest, code: str, indicator: str = "") -> Table:
    """The table of a picture, for one indicator or for all."""
    look, picture = PICTURES[code]
    return look.table(material_of(request, look.code, indicator, named=True), picture)


def of_rows(request: PageRequest, code: str, rows: pd.DataFrame) -> Table:
    """Some rows of an exhibit, in the columns that depend on one row only."""
    material = replace(material_of(request, code), table=rows)
    return written(tuple(column for column in LOOKS[code].columns if column.lone), rows, material)
