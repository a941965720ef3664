"""Share links: their terms, their state, the edition each shows, and the log of their use."""
