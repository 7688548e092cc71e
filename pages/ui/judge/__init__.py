"""The page Judge, and the judging on Compare."""
