"""The models and collections over HTTP, in the shapes that other people's clients speak."""
