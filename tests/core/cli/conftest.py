"""A command line that can be typed, and a home folder to type it for."""

import pytest

from core.cli import main as cli
from core.evaluate.judging.judgments import Judgments
from core.evaluate.questions.question_sets import Question, QuestionSets, Target, new_set
from core.home.library import Library
from core.text.spans import Place
from tests.made_pdfs import made_pdf

PAGES = (
    "Expense reports are approved by the manager. Reports go to the portal every month.",
    "You may not approve your own expense report. Ask another manager to do it for you.",
)
QUESTION = "Who approves expense reports?"


@pytest.fixture
def run(tmp_path, capsys):
    """Runs a command on a home folder; gives the exit code and both streams."""

    def command(*words):
        code = cli.main(["--home", str(tmp_path / "home"), *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


@pytest.fixture
def home(run, tmp_path):
    """A home folder with one document and one question set that knows its source."""
    (tmp_path / "policy.pdf").write_bytes(made_pdf(*PAGES))
    code, _, said = run("index", tmp_path / "policy.pdf")
    assert code == 0, said
    library = Library(tmp_path / "home" / "library.sqlite")
    (collection,) = library.collections()
    (document,) = library.documents(collection.id)
    library.close()
    judgments = Judgments(tmp_path / "home" / "judgments.sqlite")
    target = Target(Place(document.id, 0, 40))
    question = Question(QUESTION, "sentence", (target,))
    QuestionSets(judgments.database).save(new_set(collection.id, "mine", [question]))
    judgments.close()
    return tmp_path / "home"
