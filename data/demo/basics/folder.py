"""The CSV files of an import folder."""

import csv
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from data.storage.schema import CONTRACT_TABLES, contract_columns

Cell = str | int | float | date | None


class Folder:
    """Writes the CSV files of an import folder, one file per table, row by row. ``rows`` counts the rows per table."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._columns = {table.name: [c.name for c in contract_columns(table)] for table in CONTRACT_TABLES}
        self.rows: Counter[str] = Counter()
        self._writers = {}
        for name, columns in self._columns.items():
            file = stack.enter_context((path / f"{name}.csv").open("w", encoding="utf-8", newline=""))
            self._writers[name] = csv.writer(file, lineterminator="\n")
            self._writers[name].writerow(columns)

    def add(self, table: str, row: Mapping[str, Cell]) -> None:
        """Write one row; columns left out are blank. Raises KeyError for a column the table does not have."""
        columns = self._columns[table]
        if not row.keys() <= set(columns):
            raise KeyError(f"{table}: {', '.join(sorted(row.keys() - set(columns)))}")
        self.rows[table] += 1
        self._writers[table].writerow([row.get(column) for column in columns])
