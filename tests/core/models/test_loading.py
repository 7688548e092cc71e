"""Loading in the background, and another cross-encoder while people search."""

import threading

import pytest

from core.errors import ModelError, Stopping
from core.models.loading import Models
from tests.fakes import FakeCrossEncoder, FakeEncoder


class Louder(FakeCrossEncoder):
    """Gives ten more for every pair."""

    def score(self, query, passages):
        """The fake's logit and ten."""
        return super().score(query, passages) + 10


def missing():
    """A model that is not there."""
    raise ModelError("The model is not there.", "Choose another.")


def test_another_cross_encoder_answers_from_the_next_call_on():
    """Whoever has the old one keeps it; the next one who asks gets the new one, warmed up."""
    models = Models(FakeEncoder, FakeCrossEncoder)
    _, old = models.wait()
    new = Louder()
    models.replace_cross_encoder(new)
    assert new.pairs == [("warm up", "warm up")]
    assert models.wait()[1].score("word", ["word"]) == [8 * 1 - 4 + 10]
    assert models.cross_encoder_in_background().score("word", ["word"]) == [14]
    assert old.score("word", ["word"]) == [8 * 1 - 4]


def test_one_that_could_not_be_loaded_can_be_replaced():
    """A wrong choice at the start is not for ever."""
    models = Models(FakeEncoder, missing)
    with pytest.raises(ModelError, match="not there"):
        models.wait()
    assert models.status.state == "failed"
    models.replace_cross_encoder(FakeCrossEncoder())
    assert models.status.state == "ready"
    assert models.wait()[1].info.name == "fake-cross-encoder"


def test_without_an_encoder_nothing_can_be_replaced():
    """The error of the encoder stays."""
    models = Models(missing, FakeCrossEncoder)
    with pytest.raises(ModelError, match="not there"):
        models.replace_cross_encoder(FakeCrossEncoder())
    assert models.status.state == "failed"


def test_one_that_fails_at_its_first_call_is_not_taken():
    """The old one goes on."""

    class Broken(FakeCrossEncoder):
        def score(self, query, passages):
            raise ModelError("It gives no score.", "Choose another.")

    models = Models(FakeEncoder, FakeCrossEncoder)
    with pytest.raises(ModelError, match="no score"):
        models.replace_cross_encoder(Broken())
    assert models.wait()[1].score("word", ["word"]) == [4]


def test_not_at_once_is_when_somebody_waits():
    """A command that only lists things loads no model."""
    models = Models(FakeEncoder, FakeCrossEncoder, at_once=False)
    assert models.status.state == "loading"
    assert not models._worker.busy
    assert models.wait()[1].info.name == "fake-cross-encoder"
    assert models.status.state == "ready"


def test_who_indexes_waits_for_the_encoder_alone():
    """While the cross-encoder loads, when it cannot be loaded, and without loading it at all."""
    go = threading.Event()
    models = Models(FakeEncoder, lambda: go.wait(20) and FakeCrossEncoder())
    assert len(models.wait_in_background().encode(["word"])) == 1
    assert models.status.state == "loading"
    go.set()
    assert models.wait()[1].score("word", ["word"]) == [4]
    assert len(Models(FakeEncoder, missing).wait_in_background().encode(["word"])) == 1
    with pytest.raises(ModelError, match="not there"):
        Models(missing, FakeCrossEncoder).wait_in_background()


def test_where_nobody_searches_the_cross_encoder_is_not_loaded():
    """A command that indexes ends without it; whoever asks for it then is told of the end."""
    loaded = []
    models = Models(FakeEncoder, lambda: loaded.append(1) or FakeCrossEncoder(), at_once=False)
    assert len(models.wait_in_background().encode(["word"])) == 1
    models.close()
    with pytest.raises(Stopping):
        models.wait()
    assert not loaded


def test_closing_waits_for_the_model_that_loads_and_loads_no_other():
    """Whoever waits for the models, or has them, is told that this is the end."""
    begun, go, second = threading.Event(), threading.Event(), []

    def slowly():
        begun.set()
        go.wait(20)
        return FakeEncoder()

    models = Models(slowly, lambda: second.append(1) or FakeCrossEncoder())
    begun.wait(20)
    timer = threading.Timer(0.05, go.set)
    timer.start()
    models.close()
    assert go.is_set()
    with pytest.raises(Stopping):
        models.wait()
    assert not second
    had = Models(FakeEncoder, FakeCrossEncoder)
    encoder, cross_encoder = had.wait()
    had.close()
    with pytest.raises(Stopping):
        encoder.encode(["word"])
    with pytest.raises(Stopping):
        cross_encoder.score("word", ["word"])
