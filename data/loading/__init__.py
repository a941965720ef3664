"""Brings a folder of CSV files or one workbook into the results database, whole or not at all: read the sheets,
read the cells, hold them against the rules and what is stored, then write everything in one transaction.
"""

from data.loading.checks.remarks import Finding, LoadWarning, Refusal
from data.loading.loader import Report, load
from data.loading.writes.record_writing import LoadProblem

__all__ = ["Finding", "LoadProblem", "LoadWarning", "Refusal", "Report", "load"]
