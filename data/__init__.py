"""Answers questions about the programme with frames; knows no web."""
