"""What a shortened reading lost against the full one is said when a person asks."""

from dataclasses import replace

from core.schema import SkipDecision
from core.search_settings import SearchSettings, SecondStageSettings
from core.text.pages import source_words
from pages.ui import state
from pages.ui.compare.figures import in_full, loss_words, shortened
from pages.ui.compare.result import skip_words
from tests.app.steps import ask, healthy, shown
from tests.browser.made_comparison import made_comparison
from tests.made_pdfs import made_pdf, sentences

MADE = made_comparison(8, top_n=2)
WHY = "The first passage stands out."


def test_the_loss_is_counted_with_its_places():
    """The full pass's second passage is at rank 3 of the other one."""
    order = (MADE.reranked[0], MADE.reranked[2], MADE.reranked[1], *MADE.reranked[3:])
    moved = tuple(replace(item, rank=rank) for rank, item in enumerate(order, 1))
    other = replace(MADE, reranked=moved)
    missing = MADE.reranked[1].chunk
    said = loss_words(MADE, other)
    assert said.startswith("Lost against a full pass: 1 of its top 2, at rank 2 (")
    assert source_words(missing) in said
    assert loss_words(MADE, MADE).startswith("Nothing lost: a full pass has the same 2")


def test_only_a_shortened_reading_is_asked_about():
    """Not a full one, and not a search that a person asked to leave as it is."""
    unread = replace(MADE.reranked[7], scored="no", logit=None, relevance=None)
    short = replace(MADE, reranked=(*MADE.reranked[:7], unread))
    off = SearchSettings(8, 2, second=SecondStageSettings(enabled=False))
    assert not shortened(MADE)
    assert shortened(short)
    assert not shortened(replace(short, settings=off))


def test_the_full_pass_keeps_every_other_choice():
    """The blend stays; cascade, limit and skip predictor go."""
    second = SecondStageSettings(blend=0.4, cascade=20, budget_ms=100, skip_predictor=True)
    assert in_full(SearchSettings(second=second)).second == SecondStageSettings(blend=0.4)


def test_a_cascade_on_the_page_can_be_checked(engine, add_file, open_page):
    """The switch is there with a cascade only, and says what was lost once it is on."""
    add_file("rules.pdf", made_pdf(*(sentences(f"topic{i}", 8) for i in range(30))))
    app = ask(open_page(), "rule about topic3")
    assert (
        len(
            engine.searcher.compare(
                engine.library.collections()[0].id, "rule", SearchSettings()
            ).reranked
        )
        > 10
    )
    assert not [t for t in app.toggle if t.key == state.FULL_PASS]
    assert "The skip predictor" in shown(app)
    app.session_state["ask-cascade"] = 10
    healthy(app.run())
    healthy(app.toggle(key=state.FULL_PASS).set_value(True).run())
    assert "a full pass" in shown(app)


def test_the_skip_predictor_is_held_against_what_the_full_list_shows():
    """Where every candidate was read, the page says whether skipping would have been right."""
    skip = SkipDecision(advised=True, reason=WHY, margin=2.0, agreement=1.0)
    read = tuple(replace(item, model_rank=item.rank) for item in MADE.reranked)
    said = skip_words(replace(MADE, reranked=read, skip=skip))
    moved = read[0].rank_delta != 0
    assert said.endswith("wrong: the top passage changed." if moved else "have been right.")
    stays = replace(MADE, reranked=(replace(read[0], rank_delta=0),), skip=skip)
    assert skip_words(stays).endswith("Here it would have been right.")
    left = replace(MADE, reranked=(replace(read[0], rank_delta=2),), skip=skip)
    assert skip_words(left).endswith("Here it would have been wrong: the top passage changed.")
    assert (
        skip_words(replace(MADE, skip=skip))
        == f"The skip predictor would skip this question: {WHY}"
    )
