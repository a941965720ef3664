"""Outcomes of the synthetic programme: KPIs, practices, stories, events, published figures, late results.

What does not belong here: enrolments and trainings (`rounds`). Outcomes are drawn after them.
"""
