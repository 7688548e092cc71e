"""PDF bytes become pages, pages become chunks."""
