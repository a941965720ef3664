"""Rounds of the synthetic programme: enterprises, enrolments, workshops, trainings, trainers.

What does not belong here: results and stories (`outcomes`), lists of places and partners (`setting`).
"""
