"""A client that finds the same four chunks for everything, and a plan to ask it."""

from dataclasses import replace
from threading import Event

from core.evaluate.client import EvaluationClient
from core.evaluate.configurations import Configuration, Plan
from core.evaluate.evaluations import Evaluations
from core.evaluate.judging.judgments import Judgments
from core.evaluate.questions.question_sets import Question, Target
from core.schema import Comparison, ModelInfo, Reranked, SearchSettings, Timings
from core.search_settings import SecondStageSettings
from core.text.spans import place_of
from tests.made_home import SECONDS, wait_until
from tests.strategies import make_candidates

MODEL = ModelInfo("made", "encoder", "0" * 64, 256)
READER = ModelInfo("reader", "cross_encoder", "1" * 64, 256)
CANDIDATES = make_candidates([0.9, 0.8, 0.7, 0.6])
CUT_OTHERWISE = tuple(
    replace(c, chunk=replace(c.chunk, id=f"cut-{c.rank}", start=c.chunk.start + 1))
    for c in CANDIDATES
)
FIRST = Configuration("Dense", SearchSettings(4, 1, second=SecondStageSettings(enabled=False)))
SECOND = Configuration("Dense, reranked", SearchSettings(4, 1))


def target(number):
    """The whole of a candidate's chunk."""
    return Target(place_of(CANDIDATES[number].chunk))


QUESTIONS = (
    Question("May I?", "sentence", (target(3),)),
    Question("Who pays?", "sentence", (target(0),)),
    Question("Unknown?", "typed"),
)
PLAN = Plan("made", QUESTIONS, (FIRST, SECOND), "Dense", leave_out_unjudged=False)


class MadeClient(EvaluationClient):
    """Finds the same four chunks for everything; reranking turns the list around."""

    def __init__(self):
        self.judgments = Judgments(None)
        self.asked = []
        self.version = "v1"
        self.fault = None
        self.released = 0
        self.cached = set()
        self.noise = None
        self.go = Event()
        self.go.set()

    def compare(self, collection_id, query, configuration):
        """Four candidates, reversed by the cross-encoder; one called "still" leaves them."""
        self.go.wait(SECONDS)
        if self.fault is not None:
            raise self.fault
        settings = configuration.settings
        self.asked.append((query, settings.second.enabled))
        found = CUT_OTHERWISE if collection_id == "cut" else CANDIDATES
        order = found if configuration.reranker == "still" else reversed(found)
        reranked = tuple(
            Reranked(c.chunk, -float(i), 0.5, i + 1, c.rank - i - 1, False)
            for i, c in enumerate(order)
        )
        timings = Timings(1.0, 2.0, 30.0, 5.0, 38.0, 4)
        made = Comparison(
            query, collection_id, settings, self.version, found, reranked, timings, (MODEL,)
        )
        return replace(made, cache_hits=4) if query in self.cached else made

    def chunks(self, collection_id, document_id):
        """The candidates' own chunks."""
        found = CUT_OTHERWISE if collection_id == "cut" else CANDIDATES
        return [candidate.chunk for candidate in found]

    def corpus_version(self, collection_id):
        """As set by the test."""
        return self.version

    def model_infos(self, configuration=None):
        """A bi-encoder, and a cross-encoder under the name that was asked for."""
        named = configuration.reranker, configuration.runtime
        return MODEL, replace(READER, name=named[0] or "reader", sha256=repr(named))

    def abstains(self, comparison, configuration=None):
        """About everything, unless there is a threshold."""
        return comparison.settings.second.fits.abstention is not None

    def floor(self, collection_id, configuration=None):
        """As set by the test."""
        return self.noise

    def release(self):
        """Count how often it was told to let go."""
        self.released += 1

    def busy(self):
        """Nobody waits."""
        return False


def finished(evaluations, started):
    """The evaluation once it is over."""
    wait_until(lambda: evaluations.get(started.id).finished)
    return evaluations.get(started.id)


def run(client, plan=PLAN):
    """One evaluation from start to end."""
    evaluations = Evaluations(client)
    ended = finished(evaluations, evaluations.start("c", plan))
    evaluations.close()
    assert ended.status == "done", ended.reason
    return evaluations.outcome(ended.id)
