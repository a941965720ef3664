"""The checks before every request: sessions, sign-in, share links, size limits, rate limits, response headers.

Their result is a viewer. Nothing here computes a number or draws a page.
"""
