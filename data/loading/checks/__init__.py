"""Checks the sheets of a file: cells, rows, rules, and references to stored rows.

What does not belong here: reading files (`files`) and writing to the database (`writes`).
"""
