"""The roof: everything of one home folder, put together."""
