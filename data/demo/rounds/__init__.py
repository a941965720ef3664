"""Rounds of the synthetic programme: enterprises, enrolments, workshops, trainings, trainers."""
