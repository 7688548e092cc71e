"""Makes what `models/` ships: data, recipe, int8 quantizing. Not imported by core."""
