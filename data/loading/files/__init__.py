"""Reads files as they came: folders of CSV and workbooks. Nothing is interpreted here."""
