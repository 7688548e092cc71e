"""Which runtime is fastest here and still ranks as the reference does: tried, and kept."""
