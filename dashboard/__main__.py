"""``python -m dashboard`` is ``score-dashboard``."""

from dashboard.commands.cli import main

main()
