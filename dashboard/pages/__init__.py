"""Plain pages that are served without Dash: errors, editions, method and sources, newsletter.

Numbers come from `callbacks` and `data`; who may open a page is the gate's to say.
"""
