"""The page on which managers upload files, see what would change, and load them."""
