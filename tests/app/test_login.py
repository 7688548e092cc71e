"""The login: absent by default, and a closed door when the secrets ask for it."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import frame
from tests.app.conftest import ROOT
from tests.app.steps import POLICY, SECONDS, healthy, shown


def closed_app(page):
    """A page of an app whose secrets have an ``[auth]`` section."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.secrets["auth"] = {
        "redirect_uri": "http://localhost:8501/oauth2callback",
        "cookie_secret": "of-a-test",
        "client_id": "id",
        "client_secret": "word",
        "server_metadata_url": "http://127.0.0.1:9/.well-known/openid-configuration",
    }
    return app.switch_page(page).run() if page else app.run()


@pytest.mark.parametrize("page", ["", "pages/1_Library.py"])
def test_with_auth_in_the_secrets_a_stranger_sees_a_button_and_nothing_else(engine, add_file, page):
    """No document name, no collection, no sidebar: only the way in."""
    add_file("policy.pdf", POLICY)
    app = healthy(closed_app(page))
    assert [button.label for button in app.button] == ["Log in"]
    assert "policy" not in shown(app)
    assert len(app.sidebar) == 0


def test_who_is_logged_in_gets_the_page_and_a_way_out(engine, add_file, monkeypatch):
    """The page as always, with a button to log out."""
    add_file("policy.pdf", POLICY)
    monkeypatch.setattr(frame.st, "user", {"is_logged_in": True})
    app = healthy(closed_app(""))
    assert "Log out" in [button.label for button in app.button]
    assert "Ask a question to see both lists." in shown(app)


def test_without_auth_there_is_no_login(engine, open_page):
    """The default: nobody is asked to log in on a laptop."""
    app = healthy(open_page())
    assert not {"Log in", "Log out"} & {button.label for button in app.button}
