"""Which models are used: the choice that is kept, another one at once, trials on own passages."""
