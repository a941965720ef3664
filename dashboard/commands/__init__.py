"""The command line `score-dashboard`, one module per group of commands. Commands print; they compute nothing."""
