"""The bytes of a file become text with places, text becomes chunks."""
