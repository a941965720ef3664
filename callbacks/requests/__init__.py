"""From a request to what is drawn: filters and view, names, addresses, and the material of an exhibit.

Nothing here draws, and no callback is registered here.
"""
