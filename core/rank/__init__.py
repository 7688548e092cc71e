"""A question becomes candidates, candidates become a reranked list."""
