"""Reads files: folders of CSV files, Excel workbooks, and story images.

What does not belong here: typing cells and applying rules (`checks`).
"""
