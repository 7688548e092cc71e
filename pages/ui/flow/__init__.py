"""Every candidate as a path through all lists."""
