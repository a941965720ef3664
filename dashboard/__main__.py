"""``python -m dashboard`` is ``score-dashboard``."""

from dashboard.cli import main

main()
