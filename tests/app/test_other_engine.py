"""Another engine's list on Compare and Evaluate."""

import json

from tests.app.steps import ask, healthy, shown
from tests.engine_lists import ASKED, LINE


def test_the_list_of_a_file_is_on_the_left(engine, open_page, add_file):
    """Its questions are offered, its name stands above the list, a question without one is told."""
    add_file("elastic.jsonl", json.dumps(LINE).encode())
    app = healthy(open_page())
    offered = [option for group in app.get("button_group") for option in group.options]
    assert ASKED in [option.replace("\\", "") for option in offered]
    app = ask(app, ASKED)
    assert app.session_state["ask-kind"] == "given"
    assert "another engine's list" in shown(app).replace("\\", "")
    assert "No file of this collection has a list" in shown(ask(app, "What else?"))


def test_own_documents_offer_no_other_engine(filled, open_page):
    """The choice is not there where it could not be used."""
    app = healthy(open_page())
    kinds = [group for group in app.get("button_group") if group.key == "ask-kind"]
    assert all("Other engine" not in group.options for group in kinds)
