"""The bytes of a PDF become text with the place of every character."""
