"""Index, search and quote in a folder of its own, then say what happened, as JSON.

    python tests/attack/offline_work.py HOME FILE.pdf...

Run by test_nothing_leaves.py in a process that may not open a socket.
"""

import json
import sys
import time
import urllib.request
from pathlib import Path

from core.app.engine import Engine, open_engine
from core.schema import SearchSettings
from core.settings import load_settings


def guard_is_awake() -> bool:
    """Whether a request of this process is refused by the guard, and by nothing else."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open("http://192.0.2.1:9/", timeout=1)  # a documentation address (RFC 5737)
    except OSError as error:
        return "forbidden in this test" in str(error)
    return False


def work(engine: Engine, files: list[Path]) -> dict[str, object]:
    """One question about the files, answered with quotes."""
    collection = engine.library.collections()[0].id
    engine.jobs.add(collection, [(file.name, file.read_bytes()) for file in files])
    while engine.jobs.busy():
        time.sleep(0.05)
    comparison = engine.searcher.compare(
        collection, "What does it cost to cancel?", SearchSettings(20, 5)
    )
    answer = engine.quote_answer(comparison, "rerank")
    return {
        "documents": len(engine.library.documents(collection)),
        "reranked": len(comparison.reranked),
        "answer": answer.text,
        "sent_off": engine.ledger.sent_off(),
        "entries": len(engine.ledger.entries()),
    }


def main() -> None:
    """Work, then prove that the guard was there all the time."""
    home, *files = map(Path, sys.argv[1:])
    engine = open_engine(load_settings({"SECOND_LOOK_HOME": str(home)}))
    report = work(engine, files)
    engine.close()
    sys.stdout.write(json.dumps(report | {"awake": guard_is_awake()}))


if __name__ == "__main__":
    main()
