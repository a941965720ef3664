"""Editions (frozen copies of the record), and the changes between two states of the record."""
