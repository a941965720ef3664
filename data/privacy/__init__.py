"""The rule that protects enterprises from readers with a threshold: what such a reader is shown of a number.

What does not belong here: counting (`data/engine`), who asks and for which slice (`data/access`), names
(`data/naming`), words.
"""
