"""Limits of a slide, so that it can be read from the back of a room."""

MOST_ROWS = 7
"""Maximum number of rows of a chart on a slide, each with a heading."""

MOST_GROUPS = 3
"""Maximum number of groups of one kind on a slide."""
