"""Draws values as components and figures; knows no database."""
