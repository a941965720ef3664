"""The meeting pack: a deck as PowerPoint or PDF. The slides themselves come from `callbacks.slides`."""
