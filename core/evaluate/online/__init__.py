"""An experiment with the people who search: two rankings in one list, and their clicks."""
