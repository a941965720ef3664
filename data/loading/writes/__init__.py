"""Writes checked rows and story pictures into the results database, and rolls batches back.

What does not belong here: checks of a file (`checks`). Rows that arrive here are valid.
"""
