"""Lists of single enterprises and rows: the enterprise list and page, follow-up, stories. No exhibits."""
