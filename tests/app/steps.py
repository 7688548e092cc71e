"""What tests of the pages do and look at, and the documents that they ask."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from core.app.engine import Engine
from core.schema import ModelInfo
from pages.ui import state
from tests.fakes import FakeCrossEncoder
from tests.made_home import wait_until
from tests.made_pdfs import made_pdf, sentences

SECONDS = 200  # a busy machine may take long
TRAVEL = made_pdf(sentences("travel", 30), sentences("hotels", 30))
PDF = "application/pdf"
POLICY = made_pdf(
    "Expense reports are approved by the manager. Reports go to the portal every month.",
    "You may not approve your own expense report. Ask another manager to do it for you.",
    "Lunch is served at noon in the hall. The hall is closed on Sundays and on holidays.",
)
QUESTION = "may I approve my own expense report"
RULES = made_pdf(*(sentences(f"topic{i}", 8) for i in range(6)))
ABOUT_RULES = "rule about topic3"
GERMAN = made_pdf(
    " ".join(
        f"Die Reisekosten werden innerhalb von {n} Werktagen vom Vorgesetzten genehmigt."
        for n in range(3, 20)
    )
)
REGISTRY = """
[[model]]
name = "own"
kind = "cross_encoder"
origin = "folder"
source = "own"
"""
PAGES = (
    "Expense reports must be submitted to the portal within 30 days of the trip. Employees may "
    "not approve their own expense reports in any case. Hotel bills are paid by the company card.",
    "A passenger may cancel a flexible ticket up to two hours before departure. The refund is sent "
    "to the same card within seven days of the request. Travel credit is valid for eight months.",
    "The canteen serves lunch for all guests and employees between eleven and two. Visitors must "
    "wear a badge at all times on the premises. The car park is closed on public holidays.",
)


def shown(app: AppTest) -> str:
    """All words of the page that come as Markdown, captions, messages or plain text."""
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.text)
    return "\n".join(element.value for kind in kinds for element in kind)


def healthy(app: AppTest) -> AppTest:
    """The same page, which must not have raised."""
    assert not app.exception, app.exception[0].stack_trace
    return app


def click(app: AppTest, key: str) -> AppTest:
    """Click a button and look at the page that follows."""
    return healthy(app.button(key=key).click().run())


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Drop files on the uploader."""
    app.file_uploader[0].set_value([(name, data, PDF) for name, data in files])
    return healthy(app.run())


def collection_id(engine: Engine) -> str:
    """The first collection."""
    return engine.library.collections()[0].id


def names(engine: Engine) -> list[str]:
    """Names of the documents in the first collection."""
    return [document.name for document in engine.library.documents(collection_id(engine))]


def ask(app: AppTest, question: str = QUESTION) -> AppTest:
    """Ask a question as a link does; after the button AppTest would know a fragment alone."""
    app.session_state[state.QUERY] = question
    return healthy(app.run())


def wait_for(app: AppTest, words: str) -> AppTest:
    """Run the page again until the words are there."""
    wait_until(lambda: words in shown(app) or words in shown(healthy(app.run())))
    return app


def answered(app: AppTest) -> AppTest:
    """Ask the model and run the page until its answer or failure is drawn."""
    healthy(next(b for b in app.button if b.label.startswith("Ask ")).click().run())
    wait_until(lambda: any(b.label == "Ask again" for b in healthy(app.run()).button))
    return app


def press(app: AppTest, label: str) -> AppTest:
    """Press the button with that label and look at the page that follows."""
    return healthy(next(b for b in app.button if b.label == label).click().run())


class Turned(FakeCrossEncoder):
    """Scores the other way round."""

    @property
    def info(self) -> ModelInfo:
        """The fake under another name."""
        return replace(super().info, name="own", sha256="3" * 64)

    def score(self, query, passages):
        """The fake's logits, negated."""
        return -super().score(query, passages)
