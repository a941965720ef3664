"""Decides who asks, before every request: sessions, sign-in, share links, limits of bodies and pace, headers.

A viewer leaves this folder; nothing here computes a number or draws a page.
"""
