"""The slide show and the decks it shows. The slides themselves come from `callbacks.slides`."""
