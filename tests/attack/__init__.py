"""Hostile files, made by the tests themselves."""
