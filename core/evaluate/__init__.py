"""People's judgments become measurements."""
