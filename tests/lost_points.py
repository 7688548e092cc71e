"""Silent losses of the embedded store, for tests."""

import shutil
from pathlib import Path

import qdrant_edge


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
