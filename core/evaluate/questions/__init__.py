"""Questions to measure with: kept, exchanged, or made from the documents."""
