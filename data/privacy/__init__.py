"""The protection of enterprises from viewers with a threshold (docs/privacy.md): rounded numbers, allowed selections.

`viewer` defines viewers, their permissions and their scope; `key` the secret key; `rounding` turns true numbers into
shown ones; `shown` has the values for a table cell without a plain number, and `table` puts them in; `selections`
decides which filters are allowed; `hidden_names` finds names in texts; `changed` counts the enterprises that changed
between two editions.

Not here: counting (`data/engine`), words.
"""
