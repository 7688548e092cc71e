"""Headless Chromium drives the app and its components."""
