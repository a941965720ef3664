"""The facts of the record in columns, read once a data version, so that any slice of them is counted in memory."""
