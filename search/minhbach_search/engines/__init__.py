"""Search engines behind the one protocol of minhbach_search.engine."""
