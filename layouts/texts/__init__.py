"""Texts that several pages share: codes in words, selections, events, files, newsletters. No components."""
