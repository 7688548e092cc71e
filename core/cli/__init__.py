"""The same capabilities without a browser: one module a command, `main` reads the line."""
