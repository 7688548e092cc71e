"""A running experiment, as the person who asks meets it."""
