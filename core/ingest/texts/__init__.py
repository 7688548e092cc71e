"""Files of text: prose, marked up, timed, and code."""
