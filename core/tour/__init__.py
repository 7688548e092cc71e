"""Why rerank: the probes of the Tour page, and the five sentences that show it at a glance."""
