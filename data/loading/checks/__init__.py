"""Checks what was read: cells, rows, rules, and what is already stored. Nothing is written here."""
