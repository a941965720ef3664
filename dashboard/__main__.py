"""Runs the command line: ``python -m dashboard`` is the same as ``score-dashboard``."""

from dashboard.commands.cli import main

main()
