"""x"""
from typing import Any
from sqlalchemy import Engine, insert
from data import schema
from data.database import create_tables
Row = dict[str, Any]
Tables = dict[str, list[Row]]

def load_rows(engine: Engine, rows: Tables) -> None:
    """Put the rows into the engine's database as they are, without the loader; tables are made where missing."""
    create_tables(engine)
    with engine.begin() as connection:
        for name, listed in rows.items():
            table = schema.results.tables[name]
            keys = {c.name for c in table.primary_key.columns}
            filled = [
                {c.name: row.get(c.name, "" if c.name in keys else None) for c in table.columns} for row in listed
            ]
            if filled:
                connection.execute(insert(table), filled)
