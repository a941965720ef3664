"""The rule that protects enterprises from readers with a threshold (docs/privacy.md): every number of theirs is rounded
here, and which selections they may look at is decided here.

`key` holds the secret, `rounding` makes shown numbers of true ones, `shown` says what stands in a table where no number
does, `selections` knows which filters are answered. What does not belong here: counting (`data/engine`), words.
"""
