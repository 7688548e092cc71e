"""Every drawing of rankings: two lists, the flow, configurations side by side, the presenter."""
