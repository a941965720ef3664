"""The facts of one data version in arrays, and every count and list made of them: there is no second way to count.

`record` holds the facts, `reading` reads them from the database, `slice` finds what a selection leaves of them;
`counts`, `coverage`, `pairs` and `lists` answer questions about a slice. What does not belong here: SQL of single rows
(`data/queries`), names (`data/view`), words. For readers with a threshold counts are rounded
here, by `data/privacy`. The independent definition of every
number is `tests/recount.py`.
"""
