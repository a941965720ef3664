"""The same three charts as others build them: what the dashboard is measured beside."""
