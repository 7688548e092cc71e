"""What happened, kept for later: what left this machine."""
