"""What can be read on a slide from the back of a room."""

MOST_ROWS = 7
"""Rows of a chart with a heading each."""

MOST_GROUPS = 3
"""Groups of one kind."""
