"""The parts of pages: the frame of an exhibit, tables, cards, controls, and the frame of every page.

No module here knows an exhibit or a database.
"""
