"""Writes checked rows into the results database, and takes a batch back."""
