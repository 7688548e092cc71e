"""A question becomes candidates, candidates become a reranked list.

``pipeline`` is the way in; ``first_stage`` and ``second_stage`` are its halves. How a model is
computed is behind ``runtimes``: torch here, ``openvino`` beside it, ``remote`` on a server, and
``trials`` finds out which is fastest on this machine.
"""
