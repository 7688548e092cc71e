"""The shards of the embedded engine on disk: each is there whole or not at all.

``shards/<collection>/`` are in use, ``new/`` and ``gone/`` hold what a killed process was making
or removing; the next start removes it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import StoreDamaged
from core.home.library_errors import REBUILD
from core.store.embedded_errors import EdgeErrors
from core.store.points import DENSE, KEYWORDS, NUMBERS, WORDS

SHARDS, NEW, GONE = "shards", "new", "gone"


def make_shard(path: Path, name: str, dimension: int) -> Any:
    """An empty shard; made beside the others and moved there when it is whole."""
    import qdrant_edge as edge  # noqa: PLC0415 - a native library, not needed to import us

    made, final = path / NEW / name, path / SHARDS / name
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    final.parent.mkdir(exist_ok=True)
    shard = edge.EdgeShard.create(str(made), _config(edge, dimension))
    kinds = dict.fromkeys(KEYWORDS, edge.PayloadSchemaType.Keyword)
    kinds |= dict.fromkeys(NUMBERS, edge.PayloadSchemaType.Integer)
    for field, kind in kinds.items():
        shard.update(edge.UpdateOperation.create_field_index(field, kind))
    shard.flush()
    shard.close()
    made.rename(final)
    return edge.EdgeShard.load(str(final))


def open_shards(path: Path) -> Iterator[tuple[str, Any, int]]:
    """Name, shard and length of the vectors of every collection.

    Space of deleted chunks is given back here, where nobody waits for a search.

    Raises:
        StoreDamaged: a shard cannot be read.
    """
    import qdrant_edge as edge  # noqa: PLC0415 - a native library, not needed to import us

    for leftover in (NEW, GONE):
        shutil.rmtree(path / leftover, ignore_errors=True)
    folders = sorted((path / SHARDS).iterdir()) if (path / SHARDS).is_dir() else []
    for folder in folders:
        size = _size(folder)
        with EdgeErrors("open the store", loading=True):
            shard = edge.EdgeShard.load(str(folder))
            shard.facet(edge.FacetRequest(key=KEYWORDS[0], limit=1, exact=True))
            shard.optimize()
        yield folder.name, shard, size


def remove_shard(path: Path, name: str) -> None:
    """Take a closed shard away: first out of sight, then from the disk."""
    gone = path / GONE / name
    shutil.rmtree(gone, ignore_errors=True)
    gone.parent.mkdir(exist_ok=True)
    (path / SHARDS / name).rename(gone)
    shutil.rmtree(gone)


def _config(edge: Any, dimension: int) -> Any:
    return edge.EdgeConfig(
        # of unit vectors the dot product is the cosine
        vectors={DENSE: edge.EdgeVectorParams(size=dimension, distance=edge.Distance.Dot)},
        sparse_vectors={WORDS: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        # no graph index: exact search of 100,000 chunks is fast enough, and gives the same order
        # always; what is left of ``optimize`` is giving space back
        optimizers=edge.EdgeOptimizersConfig(indexing_threshold=0),
    )


def _size(folder: Path) -> int:
    try:
        config = json.loads((folder / "edge_config.json").read_text(encoding="utf-8"))
        return int(config["vectors"][DENSE]["size"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise StoreDamaged(
            f"The settings of collection {folder.name} in the embedded store cannot be read.",
            REBUILD,
        ) from exc
