"""Basics for all parts of the synthetic programme: random draws, dates, files, shared objects.

What does not belong here: rows of a table. Each table has its own file in `setting`, `rounds` or `outcomes`.
"""
