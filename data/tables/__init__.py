"""The tables of the exhibits: a view in, a table as its viewer may see it out."""
