"""Share links: their terms, their state, and which edition each shows."""
