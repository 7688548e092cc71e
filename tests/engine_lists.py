"""A list of another engine: three passages, of which the last one answers."""

TEXTS = {
    "cat": "Cats sleep most of the day.",
    "long": "The notice period is long. " * 60,
    "answer": "You may approve the report of another person, not your own report.",
}
ASKED = "Who may approve a report?"
LINE = {
    "query": ASKED,
    "passages": [{"id": n, "text": t, "score": 9 - i} for i, (n, t) in enumerate(TEXTS.items())],
}
