"""A command line that can be typed, and a home folder to type it for."""

from contextlib import closing
from functools import partial

import pytest

from core.evaluate.judging.judgments import Judgments
from core.evaluate.questions.question_sets import Question, QuestionSets, Target, new_set
from core.home.library import Library
from core.text.spans import Place
from tests.core.app.made_engine import PAGES
from tests.fakes import open_fakes
from tests.made_pdfs import made_pdf

QUESTION = "Who approves expense reports?"


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """Fakes where models would be loaded, and an environment without settings."""
    open_fakes(monkeypatch)


@pytest.fixture
def run(run_at):
    """Runs a command on one home folder."""
    return partial(run_at, "home")


def only_collection(home):
    """The one of a home folder."""
    with closing(Library(home / "library.sqlite")) as library:
        (collection,) = library.collections()
    return collection.id


@pytest.fixture
def home(run, tmp_path):
    """A home folder with one document and one question set that knows its source."""
    (tmp_path / "policy.pdf").write_bytes(made_pdf(*PAGES))
    code, _, said = run("index", tmp_path / "policy.pdf")
    assert code == 0, said
    with closing(Library(tmp_path / "home" / "library.sqlite")) as library:
        (collection,) = library.collections()
        (document,) = library.documents(collection.id)
    judgments = Judgments(tmp_path / "home" / "judgments.sqlite")
    target = Target(Place(document.id, 0, 40))
    question = Question(QUESTION, "sentence", (target,))
    QuestionSets(judgments.database).save(new_set(collection.id, "mine", [question]))
    judgments.close()
    return tmp_path / "home"
