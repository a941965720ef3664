"""The facts of one data version in arrays, and every count and list made of them. Nothing is counted anywhere else.

`facts` defines the arrays. `column_reader` reads columns from the database, `fact_reader` adds when each fact is seen
and sorts the facts, and `slice` selects the facts of one slice. `counts`, `group_counts`, `steps`, `pairs` and
`enterprise_lists` make the numbers and lists of a slice. Counts for viewers with a threshold are rounded here, by
`data/privacy`.

Not here: SQL for single rows (`data/queries`), names (`data/view`), words. The independent definition of every number
is `tests/recount.py`.
"""
