"""Lists of single rows: enterprises, follow-up, stories, the rows behind an exhibit. Counts come from `data/engine`."""
