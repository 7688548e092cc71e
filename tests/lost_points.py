"""Damaged files and silent losses of the embedded store, for tests."""

import shutil
from pathlib import Path

import qdrant_edge

DAMAGE = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "garbage": lambda path: path.write_bytes(b"garbage " * (path.stat().st_size // 8 + 1)),
}


def lose(shard: Path, left: int) -> None:
    """Remove a closed shard, or all of its points but so many."""
    if not left:
        shutil.rmtree(shard)
        return
    opened = qdrant_edge.EdgeShard.load(str(shard))
    points, _ = opened.scroll(qdrant_edge.ScrollRequest(limit=1000))
    gone = [point.id for point in points[left:]]
    opened.update(qdrant_edge.UpdateOperation.delete_points(gone))
    opened.close()
