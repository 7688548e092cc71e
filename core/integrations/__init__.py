"""Thin adapters for frameworks; each needs its optional package, and nothing else imports them."""
