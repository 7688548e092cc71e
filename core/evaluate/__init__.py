"""People's judgments become measurements.

``questions`` are asked, in several ``configurations``; ``judging`` knows which passages answer
them; ``evaluating`` runs it all and ``outcome`` says what was found. ``online`` measures by clicks.
"""
