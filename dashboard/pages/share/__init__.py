"""The page where managers make and change share links."""
