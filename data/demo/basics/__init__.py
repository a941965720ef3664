"""What all parts of the synthetic programme use: draws from the seed, dates, files."""
