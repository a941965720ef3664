"""The response cache. It stores responses under keys and serves them again. Nothing here computes a response."""
