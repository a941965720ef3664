"""The three charts built with other tools, for comparison with the dashboard."""
