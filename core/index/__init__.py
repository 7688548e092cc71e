"""Chunks become vectors in Qdrant, documents become commit records."""
