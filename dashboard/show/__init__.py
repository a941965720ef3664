"""The slide show and the decks it shows. The slides themselves are made in `callbacks`."""
