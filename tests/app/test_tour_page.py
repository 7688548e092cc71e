"""The Tour page: both models on every probe, honest totals, probes of one's own."""

import pytest

from core.app.tour import OWN_FILE, OwnProbes, Probe, ProbeOutcome, Speed, totals, tour_probes
from pages.ui.tour.view import bars_html, score_sentence, speed_sentence, table_html
from tests.app.steps import healthy, shown
from tests.html_page import Page

PAGE = "pages/6_Tour.py"
ELEMENTS = {"style", "table", "caption", "thead", "tbody", "tr", "th", "td", "b", "span", "small"}


def run_all(app):
    """Press the button that runs the probes."""
    button = next(b for b in app.button if b.label.startswith("Run all"))
    return healthy(button.click().run())


def test_the_totals_are_those_of_all_probes_once_they_are_asked_for(engine, open_page):
    """The page explains itself and offers to run; then every reason has its sentence, and all."""
    app = healthy(open_page(PAGE))
    assert "Why look twice?" in shown(app)
    offer = f"Run all {len(tour_probes())} probes live"
    assert [b.label for b in app.button if b.label.startswith("Run")] == [offer]
    text = shown(run_all(app))
    assert f"of {len(tour_probes())}, cross-encoder" in text
    for words in ("Negation", "Answer type", "Vocabulary", "Chunk artefacts", "Measured now"):
        assert words in text
    assert "Measured now" in shown(healthy(open_page(PAGE)))


def test_a_probe_of_ones_own_counts(engine, open_page):
    """It is kept, run, and can be removed."""
    OwnProbes(engine.settings.home / OWN_FILE).add("red cat", "a red cat", ["blue sky"])
    app = run_all(healthy(open_page(PAGE)))
    assert "Your own probes" in shown(app)
    remove = next(b for b in app.button if b.label.startswith("Remove"))
    app = healthy(remove.click().run())
    assert OwnProbes(engine.settings.home / OWN_FILE).all() == ()
    assert "Your own probes" not in shown(app)


@pytest.mark.parametrize("text", ["<script>x</script>", "</style><img src=x>", "a & b", "\x00'\""])
def test_texts_of_probes_stay_texts(text):
    """A probe can hold anything; the table holds only our elements."""
    probe = Probe("own", text, "a", (text,))
    found = Page(table_html([ProbeOutcome(probe, text, text, 2, 1)], "Own"))
    assert set(found.tags) <= ELEMENTS


def test_right_and_wrong_are_told_by_word_too():
    """Not by colour or sign alone."""
    probe = Probe("own", "q", "a", ("b",))
    text = Page(table_html([ProbeOutcome(probe, "b", "a", 2, 1)], "Own")).text
    assert "wrong: b" in text
    assert "the answer is at rank 2" in text
    assert "right: a" in text


def test_bars_and_sentence_say_the_same():
    """Both from the same counts."""
    probe = Probe("own", "q", "a", ("b",))
    found = totals([ProbeOutcome(probe, "b", "a", 2, 1), ProbeOutcome(probe, "a", "a", 1, 1)])
    assert "bi-encoder 1 of 2, cross-encoder 2 of 2" in score_sentence(found)
    assert "width:50.0%" in bars_html(found)
    assert "width:100.0%" in bars_html(found)


def test_the_speed_is_arithmetic():
    """50 pairs of 2 ms are 100 ms; 10,000 of them are 20 seconds."""
    words = speed_sentence(Speed(encode_ms=5.0, pair_ms=2.0, pairs=32))
    assert "that is 100 ms" in words
    assert "it would be 20 seconds" in words
    assert "it would be 17 minutes" in speed_sentence(Speed(5.0, 100.0, 32))
