"""Loads a folder of CSV files or one workbook into the results database: all of it, or nothing.

`files` reads the sheets, `checks` types the cells and applies the rules, `writes` stores the rows in one transaction,
`template` makes workbooks for people, `loader` joins these steps. What does not belong here: queries for pages, and
the schema itself (`data/storage`).
"""

from data.loading.checks.remarks import Finding, LoadWarning, Refusal
from data.loading.loader import Report, load
from data.loading.writes.record_writing import LoadProblem

__all__ = ["Finding", "LoadProblem", "LoadWarning", "Refusal", "Report", "load"]
