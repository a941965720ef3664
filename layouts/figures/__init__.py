"""Frames in, figures out: plain dictionaries that plotly draws, one module per kind of picture."""
