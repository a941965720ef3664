"""The meeting pack: a deck as PowerPoint or PDF. The slides themselves are made in `callbacks`."""
