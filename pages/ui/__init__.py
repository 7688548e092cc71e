"""Everything that imports streamlit and is not a page, and what only the pages need."""
