"""The page on which managers make and look after share links."""
