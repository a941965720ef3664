"""The command line `score-dashboard`: one module a group of commands. Commands print; they compute nothing."""
