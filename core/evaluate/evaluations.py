"""Evaluations in the background: one after the other, resumable, kept with what they found."""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from core.errors import NotFound, SecondLookError, Stopping
from core.evaluate.client import EvaluationClient
from core.evaluate.configurations import Plan
from core.evaluate.evaluating import Evaluation, Status, Stopped, run_evaluation
from core.evaluate.outcome import Outcome
from core.evaluate.regressions import Cause, Ended, Since, causes, comparable, previous
from core.home.worker import BackgroundWorker
from core.serialize import from_json, to_json

log = logging.getLogger(__name__)


class Evaluations:
    """All evaluations of a home folder. What was running when the process ended goes on."""

    def __init__(self, client: EvaluationClient) -> None:
        self._client = client
        self._database = client.judgments.database
        self._lock = threading.Lock()
        self._all = {evaluation.id: evaluation for evaluation in self._read()}
        self._stopping: set[str] = set()
        self._worker = BackgroundWorker("evaluate")
        for evaluation in sorted(self._all.values(), key=lambda e: e.started_at):
            if not evaluation.finished:
                self._worker.put(partial(self._run, evaluation.id))

    def start(self, collection_id: str, plan: Plan) -> Evaluation:
        """Queue an evaluation; returns at once."""
        evaluation = Evaluation(uuid.uuid4().hex, collection_id, datetime.now(UTC), plan)
        self._keep(evaluation)
        self._worker.put(partial(self._run, evaluation.id))
        return evaluation

    def resume(self, evaluation_id: str) -> None:
        """Go on with one that was cancelled or failed; what was found already is used."""
        with self._lock:
            self._stopping.discard(evaluation_id)
        self._keep(replace(self.get(evaluation_id), status="waiting", reason=""))
        self._worker.put(partial(self._run, evaluation_id))

    def cancel(self, evaluation_id: str) -> None:
        """Stop before the next search; a finished one stays as it is."""
        with self._lock:
            self._stopping.add(evaluation_id)
            evaluation = self._all.get(evaluation_id)
        if evaluation is not None and evaluation.status == "waiting":
            self._keep(replace(evaluation, status="cancelled", reason="Stopped before it began."))

    def delete(self, evaluation_id: str) -> None:
        """Remove an evaluation with its outcome."""
        self.cancel(evaluation_id)
        with self._lock:
            self._all.pop(evaluation_id, None)
        with self._database.transaction() as db:
            db.execute("DELETE FROM evaluations WHERE id = ?", (evaluation_id,))

    def snapshot(self, collection_id: str) -> list[Evaluation]:
        """Those of a collection, the newest first."""
        with self._lock:
            evaluations = [e for e in self._all.values() if e.collection == collection_id]
        return sorted(evaluations, key=lambda e: e.started_at, reverse=True)

    def get(self, evaluation_id: str) -> Evaluation:
        """One of them.

        Raises:
            NotFound: it was deleted.
        """
        with self._lock:
            if evaluation_id in self._all:
                return self._all[evaluation_id]
        raise NotFound("This evaluation no longer exists.", "Choose another one.")

    def busy(self) -> bool:
        """Whether any of them waits or runs."""
        with self._lock:
            return any(not evaluation.finished for evaluation in self._all.values())

    def outcome(self, evaluation_id: str) -> Outcome:
        """What a finished evaluation found.

        Raises:
            NotFound: it was deleted, or has no outcome.
        """
        sql = "SELECT report FROM evaluations WHERE id = ? AND report <> ''"
        rows = self._database.rows(sql, [evaluation_id])
        if not rows:
            raise NotFound("This evaluation has no outcome yet.", "Wait, or start it again.")
        return from_json(Outcome, str(rows[0][0]))

    def causes(self, before_id: str, after_id: str, name: str, measure: str) -> list[Cause]:
        """Why questions of a configuration have another value than before, the largest loss first.

        Raises:
            NotFound: one of both was deleted, or has no outcome.
        """
        before, after = self._ended(before_id), self._ended(after_id)
        return causes(self._client, before, after, name, measure)

    def _ended(self, evaluation_id: str) -> Ended:
        return Ended(self.get(evaluation_id), self.outcome(evaluation_id))

    def since(self, evaluation_id: str) -> Since | None:
        """What changed since the same was measured before, by what decides; None the first time.

        Raises:
            NotFound: it was deleted, or has no outcome.
        """
        current = self.get(evaluation_id)
        older = previous(self.snapshot(current.collection), current)
        if older is None:
            return None
        before, after = self._ended(older.id), self._ended(current.id)
        measure = after.outcome.measures[0]
        if measure not in before.outcome.measures:
            return None
        names = comparable(before.outcome, after.outcome)
        why = {name: causes(self._client, before, after, name, measure) for name in names}
        return Since(before.outcome, measure, why)

    def close(self, timeout: float = 10.0) -> None:
        """Stop after the search that runs now; it goes on at the next start."""
        self._worker.close(timeout)

    def _read(self) -> list[Evaluation]:
        rows = self._database.rows("SELECT record FROM evaluations")
        return [from_json(Evaluation, str(row[0])) for row in rows]

    def _keep(self, evaluation: Evaluation, outcome: Outcome | None = None) -> None:
        """On the disk first: who sees that an evaluation is done finds its outcome."""
        report = to_json(outcome) if outcome else ""
        sql = (
            "INSERT INTO evaluations VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "record = excluded.record, report = excluded.report"
        )
        when = evaluation.started_at.isoformat()
        values = (evaluation.id, evaluation.collection, when, to_json(evaluation), report)
        with self._database.transaction() as db:
            db.execute(sql, values)
        with self._lock:
            self._all[evaluation.id] = evaluation

    def _run(self, evaluation_id: str) -> None:
        """Do one that waits, or that the end of a process cut short."""
        with self._lock:
            evaluation = self._all.get(evaluation_id)
        if evaluation is None or evaluation.finished:
            return
        try:
            self._keep(*run_evaluation(self._client, evaluation, self._report))
        except Stopped:
            self._end(evaluation, "cancelled", "Stopped. The results so far are kept.")
        except Stopping:
            raise  # it goes on at the next start
        except SecondLookError as exc:
            log.warning("evaluation %s failed: %s", evaluation.id, exc)
            self._end(evaluation, "failed", str(exc))
        except Exception:  # the person must see an end after any defect; it is logged whole
            log.exception("evaluation %s failed", evaluation.id)
            self._end(evaluation, "failed", "An unexpected error occurred: see the log.")
        finally:
            self._client.release()

    def _end(self, evaluation: Evaluation, status: Status, reason: str) -> None:
        """Note an end without an outcome; one that the process's end stopped goes on later."""
        with self._lock:
            current = self._all.get(evaluation.id)
        if current is not None and not self._worker.closed:
            self._keep(replace(current, status=status, reason=reason))

    def _report(self, evaluation: Evaluation) -> None:
        with self._lock:
            stopped = evaluation.id in self._stopping or evaluation.id not in self._all
            if stopped or self._worker.closed:
                raise Stopped
            self._all[evaluation.id] = evaluation
        if evaluation.done == 0:
            self._keep(evaluation)
