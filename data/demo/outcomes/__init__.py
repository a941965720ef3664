"""What comes of the synthetic programme: results, practices, stories, events, published figures."""
