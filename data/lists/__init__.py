"""Lists of single rows: enterprises, follow-up, stories, the rows behind an exhibit. Nothing is counted here."""
