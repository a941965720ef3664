"""Makes workbooks for people: the empty template, and the sender's own workbook with refused cells marked.

What does not belong here: reading workbooks for a load (`files`).
"""
