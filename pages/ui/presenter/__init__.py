"""The comparison on a large screen."""
