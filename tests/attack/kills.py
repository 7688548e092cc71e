"""kill -9 at random moments of real processes on a real home folder, then look what is left.

``python -m tests.attack.kills --kills 300`` prints a report as JSON. This process loads everything
once and forks: each fork opens the home folder as the app does and adds, deletes, replaces or
re-indexes documents until it is killed; another fork opens the folder again and checks it. PDFs
are parsed once, by the real reader, so that the moments fall where something is written.

A moment is counted from the operation's own beginning and lies within the time that the same
operation took undisturbed; a kill is counted as "open" when it had begun and was not done. Only
those count towards the numbers that are asked for.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import numpy as np

from core.app.engine import Engine
from core.home.storage import incomplete, store_name
from core.ingest.jobs import pipeline
from core.ingest.jobs.worker import parse
from core.schema import Chunking, SearchSettings, sha256_hex
from core.settings import Limits
from tests.fakes import FakeEncoder
from tests.made_home import engine_on, settings_of
from tests.shared import SHARED

ROOT = Path(__file__).parents[2]
ODD = ("plumber-cupertino_usd_4-6-16.pdf", "plumber-background-checks.pdf")
CUTS = (Chunking(200, 40), Chunking(100, 20))
QUESTION = "which rule applies to travel and packages"


def ten_pdfs() -> dict[str, bytes]:
    """Real PDFs by name: the samples, and the shared ones where they are."""
    paths = [
        *sorted((ROOT / "samples").glob("*.pdf")),
        *sorted((SHARED / "pdfs" / "real").glob("*.pdf")),
        *(SHARED / "pdfs" / "odd" / name for name in ODD),
    ]
    return {path.name: path.read_bytes() for path in paths if path.exists()}


class Campaign:
    """A home folder, what was acknowledged in it, and everything that was found wrong."""

    def __init__(self, folder: Path, seed: int, pdfs: int) -> None:
        self.folder, self.random = folder, random.Random(seed)
        self.pdfs = dict(list(ten_pdfs().items())[:pdfs])
        self.texts = {sha256_hex(data): parse(data, Limits()) for data in self.pdfs.values()}
        self.versions = dict(self.pdfs)
        self.wrong: list[str] = []
        self.kills: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()
        self.finished: Counter[str] = Counter()
        self.seconds: dict[tuple[str, str], float] = {}
        self.number = 0
        pipeline.parse = lambda data, *_: self.texts[sha256_hex(data)]
        self._restart()

    def _restart(self) -> None:
        """Begin with an empty home folder."""
        self.number += 1
        self.home = self.folder / f"home-{self.number}"
        self.acked: set[str] = set()
        self.cut = CUTS[0]

    def open(self) -> Engine:
        """The engine as the app opens it, with fakes for the models."""
        return engine_on(settings_of(self.home))

    def ids(self) -> dict[str, str]:
        """Name -> id of the version that is wanted now."""
        return {name: sha256_hex(data) for name, data in self.versions.items()}

    def ingest(self, say) -> None:
        """Add every PDF that is not there yet."""
        engine, ingest, collection = self._opened()
        for name, data in self.versions.items():
            id_ = sha256_hex(data)
            if id_ not in self.acked:
                say("begin", id_)
                pipeline.add_document(ingest, collection, name, data, lambda _: None)
                say("done", id_)
        engine.close()

    def delete(self, say, id_: str) -> None:
        """Delete one document, and the files with it."""
        engine, _, collection = self._opened()
        say("begin", id_)
        engine.delete_document(collection, id_)
        say("done", id_)
        engine.close()

    def replace(self, say, name: str, old: str, data: bytes) -> None:
        """Put another version in the place of a document."""
        engine, ingest, collection = self._opened()
        say("begin", old)
        pipeline.add_document(ingest, collection, name, data, lambda _: None, replaces=old)
        say("done", old)
        engine.close()

    def reindex(self, say, cut: Chunking) -> None:
        """Cut everything differently."""
        engine, ingest, collection = self._opened()
        say("begin", cut.fingerprint)
        pipeline.reindex(ingest, collection, cut, lambda _: None)
        say("done", cut.fingerprint)
        engine.close()

    def _opened(self):
        engine = self.open()
        ingest = pipeline.Ingest(engine.storage, FakeEncoder(), Limits())
        return engine, ingest, engine.library.collections()[0].id

    def attack(self, kind: str, *arguments) -> None:
        """Run one operation in a process that is killed at a random moment of it."""
        moment = self.random.uniform(0.0, self._expected(kind) * 1.05)
        work = getattr(self, kind)
        status, said = forked(lambda say: work(say, *arguments), moment)
        open_ = _told(said, "begin") - _told(said, "done")
        if status == 0:
            self.finished[kind] += 1
        elif status == -signal.SIGKILL:
            (self.kills if open_ else self.closed)[kind] += 1
        else:
            self.wrong.append(f"{kind}: ended with {status}: {said}")
        self._check(kind, arguments, said, moment)
        sys.stderr.write(f"{dict(self.kills)}, {len(self.wrong)} wrong\n")

    def _expected(self, kind: str) -> float:
        """Seconds that the operation would take from its beginning, undisturbed."""
        known = {what: seconds for (other, what), seconds in self.seconds.items() if other == kind}
        if kind != "ingest":
            return max(known.values(), default=1.0) * (1.5 if kind == "delete" else 1.0)
        usual = sum(known.values()) / max(len(known), 1)
        return sum(known.get(id_, usual) for id_ in set(self.ids().values()) - self.acked)

    def _check(self, kind: str, arguments: tuple, said: list[list], moment: float) -> None:
        done = _told(said, "done")
        open_ = _told(said, "begin") - done
        if kind == "ingest":
            self.acked |= done
        allowed = self._allowed(kind, arguments, done, open_)
        cuts = {self.cut}
        if kind == "reindex":
            cuts = {arguments[0]} if done else {self.cut, arguments[0]} if open_ else cuts
        status, found = forked(lambda say: self.look(say, allowed, cuts), None)
        if status != 0:
            self.wrong.append(f"{kind}: the check after it ended with {status}")
        self._note(f"{kind} killed after {moment:.4f} s", found)
        if kind == "replace" and sha256_hex(arguments[2]) in self.acked:
            self.versions[arguments[0]] = arguments[2]

    def _note(self, when: str, found: list[list]) -> None:
        """Take over what the check found."""
        for _, word, *what in found:
            if word == "wrong":
                self.wrong.append(f"{when}: {what}")
            elif word == "there":
                self.acked = set(what)
            elif word == "cut":
                self.cut = next(cut for cut in CUTS if cut.fingerprint == what[0])

    def _allowed(self, kind: str, arguments: tuple, done: set[str], open_: set[str]) -> list:
        """The sets of documents that may be there: acknowledged, with or without the open one."""
        if kind == "ingest":
            return [self.acked, self.acked | open_]
        if kind == "delete":
            return [self.acked - done, self.acked - done - open_]
        if kind == "replace":
            new = self.acked - {arguments[1]} | {sha256_hex(arguments[2])}
            return [new] if done else [self.acked, new] if open_ else [self.acked]
        return [self.acked]

    def look(self, say, allowed: list[set[str]], cuts: set[Chunking]) -> None:
        """Open the folder again and say everything that is not as it must be."""
        engine, ingest, id_ = self._opened()
        storage, target = (
            engine.storage,
            store_name(id_, f":{pipeline.encoder_tag(ingest.encoder)}"),
        )
        documents = engine.library.documents(id_)
        there = {document.id for document in documents}
        cut = engine.library.collections()[0].chunking
        say("there", *there)
        say("cut", cut.fingerprint)
        facts = {
            "documents": there in allowed,
            "chunking": cut in cuts,
            "revisions": all(f":{cut.fingerprint}:" in d.revision for d in documents),
            "whole": incomplete(storage, id_) == [],
            "no job": engine.jobs.snapshot() == [],
            "vectors": vectors(storage, target) == {d.revision: d.chunks for d in documents},
            "files": names(self.home / "files") == {f"{d.id}.pdf" for d in documents},
            "texts": names(self.home / "texts") == {f"{d.id}.npz" for d in documents},
            "folders": names(self.home / "qdrant" / "shards") <= {target},
            f"nothing but {sorted(names(self.home))}": names(self.home) <= EXPECTED,
        }
        found = engine.searcher.compare(id_, QUESTION, SearchSettings(50, 5))
        facts["searched"] = bool(found.candidates) == bool(documents)
        facts["only those"] = {c.chunk.document_id for c in found.candidates} <= there
        sampled = self.random.sample(documents, min(2, len(documents)))
        for document in sampled:
            chunks, matrix = storage.store.read(target, document.revision)
            facts[f"chunks {document.id[:8]}"] = [c.ordinal for c in chunks] == list(
                range(document.chunks)
            )
            again = ingest.encoder.encode([c.passage for c in chunks])
            facts[f"numbers {document.id[:8]}"] = np.allclose(again, matrix, atol=1e-6)
        before = vectors(storage, target)
        for name, data in self.versions.items():
            if sha256_hex(data) in there:
                _, new = pipeline.add_document(ingest, id_, name, data, lambda _: None)
                facts[f"known {name}"] = not new
        facts["no duplicates"] = vectors(storage, target) == before
        for fact, holds in facts.items():
            if not holds:
                say("wrong", fact)
        engine.close()

    def run(self, kills: int, others: int, seconds: float) -> None:
        """``kills`` of open ingests, ``others`` of each of the rest, as far as the time goes."""
        deadline = time.monotonic() + seconds
        self._measure()
        while self.kills["ingest"] < kills and time.monotonic() < deadline:
            if self.acked >= set(self.ids().values()):
                self._forget()
            self.attack("ingest")
        while time.monotonic() < deadline:
            self._fill()
            kind = min(("delete", "replace", "reindex"), key=lambda kind: self.kills[kind])
            if self.kills[kind] >= others:
                break
            self.attack(kind, *self._arguments(kind))
        shutil.rmtree(self.home)

    def _forget(self) -> None:
        shutil.rmtree(self.home)
        self._restart()

    def _measure(self) -> None:
        """How long each operation takes when nobody kills it."""
        for kind in ("ingest", "reindex", "replace", "delete"):
            work, arguments = getattr(self, kind), self._arguments(kind)
            status, said = forked(lambda say, w=work, a=arguments: w(say, *a), None)
            if status != 0:
                raise SystemExit(f"{kind} does not work undisturbed: {said}")
            begun = {what: at for at, word, what in said if word == "begin"}
            ended = {what: at for at, word, what in said if word == "done"}
            self.seconds |= {(kind, what): ended[what] - at for what, at in begun.items()}
            self._check(kind, arguments, said, 0.0)
            self._fill()
        self._forget()

    def _fill(self) -> None:
        """Everything back in, undisturbed, when less than half is there."""
        if len(self.acked) * 2 > len(self.versions):
            return
        _, said = forked(self.ingest, None)
        self._check("ingest", (), said, 0.0)

    def _arguments(self, kind: str) -> tuple:
        if kind == "ingest":
            return ()
        if kind == "reindex":
            return (CUTS[1] if self.cut == CUTS[0] else CUTS[0],)
        ids = self.ids()
        name = self.random.choice(sorted(name for name, id_ in ids.items() if id_ in self.acked))
        if kind == "delete":
            return (ids[name],)
        original = self.pdfs[name]
        again = self.versions[name] == original
        data = original + b"\n% another version" if again else original
        self.texts[sha256_hex(data)] = self.texts[sha256_hex(original)]
        return (name, ids[name], data)


DATABASES = ("library", "judgments", "scores", "history", "floors")
EXPECTED = {
    "in-use.lock",
    "files",
    "texts",
    "qdrant",
    *(f"{name}.sqlite{end}" for name in DATABASES for end in ("", "-wal", "-shm")),
}


def vectors(storage, target: str) -> dict[str, int]:
    """Chunks of every revision in the store, committed or not."""
    return storage.store.counts(target) if target in storage.store.collections() else {}


def names(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _told(said: list[list], word: str) -> set[str]:
    """What a process said it had begun, or done."""
    return {what for _, told, what in said if told == word}


def forked(work, moment: float | None) -> tuple[int, list[list]]:
    """Run in a process of its own; kill it ``moment`` seconds after it says "begin".

    Returns:
        Its exit status, negative for a signal, and what it said, each with its time first.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _child(work, writing)
    os.close(writing)
    said = b""
    if moment is not None:
        while b'"begin"' not in said and (more := os.read(reading, 4096)):
            said += more
        time.sleep(moment)
        os.kill(process, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        said += pipe.read()
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), [json.loads(line) for line in said.splitlines()]


def _child(work, writing: int) -> None:
    status = 1
    try:
        work(lambda *words: _say(writing, words))
        status = 0
    except BaseException as exc:  # noqa: BLE001 - the other process reports whatever it was
        text = "".join(traceback.format_exception(exc))[-1500:]
        _say(writing, ("wrong", text))
    finally:
        os._exit(status)


def _say(writing: int, words: tuple) -> None:
    os.write(writing, (json.dumps([time.monotonic(), *words]) + "\n").encode())


def main() -> int:
    """Print the report; 1 when anything was wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=300)
    options.add_argument(
        "--others", type=int, default=100, help="of delete, replace, re-index each"
    )
    options.add_argument("--pdfs", type=int, default=10, help="the samples come first")
    options.add_argument("--minutes", type=float, default=120, help="stop after that time")
    options.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = options.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="second-look-kills-") as folder:
        campaign = Campaign(Path(folder), given.seed, given.pdfs)
        campaign.run(given.kills, given.others, given.minutes * 60)
    report = {
        "seed": given.seed,
        "pdfs": len(campaign.pdfs),
        "kills": dict(campaign.kills),
        "killed_before_or_after": dict(campaign.closed),
        "finished_before_the_kill": dict(campaign.finished),
        "homes": campaign.number,
        "seconds": round(time.monotonic() - begun, 1),
        "operation_seconds": {
            kind: round(sum(v for (k, _), v in campaign.seconds.items() if k == kind), 3)
            for kind in ("ingest", "delete", "replace", "reindex")
        },
        "wrong": campaign.wrong,
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 1 if campaign.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
