"""A question becomes candidates, candidates become a reranked list.

``pipeline`` is the way in; ``first_stage`` and ``second_stage`` are its halves.
"""
