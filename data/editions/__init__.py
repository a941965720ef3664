"""Frozen editions of the record, and what changed between two states of it."""
