"""Figures from data frames: plain dictionaries that plotly draws, one module per kind of picture."""
