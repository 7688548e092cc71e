"""How a home folder is kept: small databases, and files written whole or not at all."""
