"""The two lists as the component draws them: cards, badges, lines, shapes."""
