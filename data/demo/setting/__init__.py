"""The setting of the synthetic programme: places, sectors, partners, modules, indicators, growth.

What does not belong here: rows about single enterprises and rounds (`rounds`, `outcomes`).
"""
