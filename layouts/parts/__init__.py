"""What pages are built of: the frame of an exhibit, tables, cards, controls, and what is around every page.

Nothing here knows an exhibit or a database.
"""
