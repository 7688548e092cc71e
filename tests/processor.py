"""What this processor can do natively; some results depend on it."""

import platform
from pathlib import Path

DOT_PRODUCTS = {"avx512_vnni", "avx_vnni", "asimddp"}
"""The flags of instructions that add int8 products in 32 bits; older ones add them in 16."""


def int8_dot_products() -> bool:
    """Whether int8 sums cannot saturate here; assumed where /proc/cpuinfo says nothing."""
    try:
        words = set(Path("/proc/cpuinfo").read_text("utf-8").split())
    except OSError:
        return platform.machine() in {"arm64", "aarch64"}
    return bool(words & DOT_PRODUCTS)
