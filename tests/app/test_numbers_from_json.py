"""Every number on the Compare page can be worked out from the comparison's JSON, and nothing else.

What is expected is computed here from the plain JSON (dictionaries and lists), without the code
that draws or measures.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.schema import Comparison, SearchSettings, Timings
from core.search.comparison import rows, what_happened
from core.search.depth import depth_curve, fully_read
from core.search_settings import SecondStageSettings
from core.serialize import from_json, to_json
from pages.ui import resources
from pages.ui.compare.figures import difference, figures, page_ms, time_bar_html
from pages.ui.rankings.flow import flow_data
from pages.ui.rankings.lists import comparison_data
from pages.ui.rankings.presenter import presentation
from tests.app.steps import ABOUT_RULES, ask
from tests.browser.made_comparison import made_comparison, made_hybrid

NUMBER = re.compile(r"[+−-]?\d+(?:\.\d+)?")


@pytest.fixture(params=[made_comparison, made_hybrid])
def made(request):
    """A comparison of 60 passages, found by one retriever and by two, with both noise floors."""
    found: Comparison = request.param(60)
    return replace(found, noise_floor=-3.5, cosine_floor=0.5)


def read(comparison):
    """The JSON as anybody reads it: the record, and both orders of chunk ids."""
    record = json.loads(to_json(comparison))
    before = [c["chunk"]["id"] for c in sorted(record["candidates"], key=lambda c: c["rank"])]
    after = [r["chunk"]["id"] for r in sorted(record["reranked"], key=lambda r: r["rank"])]
    return record, before, after


def signed(value):
    """Two decimals, a sign, a true minus."""
    return f"{value:+.2f}".replace("-", "−")


def arrow(delta):
    """What a card says of a move."""
    return "=" if delta == 0 else f"{'▲' if delta > 0 else '▼'} {abs(delta)}"


def test_every_number_of_both_lists(made):
    """Ranks, twins, rank deltas, scores, bars and what crossed the cut, card by card."""
    record, before, after = read(made)
    view = comparison_data(made)
    left, right = (column["cards"] for column in view["columns"])
    assert [view["passages"][card["passage"]]["id"] for card in left] == before
    assert [view["passages"][card["passage"]]["id"] for card in right] == after
    first = {c["chunk"]["id"]: c["score"] for c in record["candidates"]}
    last = {r["chunk"]["id"]: r for r in record["reranked"]}
    n = record["settings"]["top_n"]
    for place, (card, id_) in enumerate(zip(left, before, strict=True), start=1):
        assert (card["rank"], card["twin"]) == (place, after.index(id_) + 1)
        assert card["scores"][0]["text"] == f"{first[id_]:.3f}"
    for place, (card, id_) in enumerate(zip(right, after, strict=True), start=1):
        was = before.index(id_) + 1
        assert (card["rank"], card["twin"], card["delta"]) == (place, was, arrow(was - place))
        texts = [score["text"] for score in card["scores"]]
        assert signed(last[id_]["logit"]) in texts
        crossed = {"entered"} if place <= n < was else {"dropped"} if was <= n < place else set()
        assert {b["kind"] for b in card["badges"]} & {"entered", "dropped"} == crossed


def test_every_number_of_the_flow(made):
    """Places, positions on the axis, both ends, the noise band and the counts of the legend."""
    record, before, after = read(made)
    view = flow_data(made)
    first = {c["chunk"]["id"]: c["score"] for c in record["candidates"]}
    logits = {r["chunk"]["id"]: r["logit"] for r in record["reranked"]}
    for column, order, scores in zip(
        view["columns"][-2:], (before, after), (first, logits), strict=True
    ):
        low, high = min(scores.values()), max(scores.values())
        for row, id_ in zip(column["rows"], order, strict=True):
            assert view["passages"][row["passage"]]["id"] == id_
            assert row["rank"] == row["place"] == order.index(id_) + 1
            assert row["x"] == pytest.approx((scores[id_] - low) / (high - low))
    assert [row["score"] for row in view["columns"][-1]["rows"]] == [
        signed(logits[i]) for i in after
    ]
    axis, low, high = view["columns"][-1]["axis"], min(logits.values()), max(logits.values())
    assert (axis["low"], axis["high"]) == (signed(low), signed(high))
    band = (record["noise_floor"] - low) / (high - low)
    assert axis["noise"] == (pytest.approx(min(1.0, band)) if band > 0 else None)
    moves = [before.index(id_) - after.index(id_) for id_ in after]
    assert view["moves"] == {
        "rose": sum(move > 0 for move in moves),
        "fell": sum(move < 0 for move in moves),
        "same": moves.count(0),
    }


def test_the_time_of_the_page_is_without_the_search_of_this_run(made):
    """One that was kept from an earlier run took nothing of this one."""
    began = datetime.now(UTC) - timedelta(seconds=5)
    now = replace(made, asked_at=began, timings=replace(made.timings, total_ms=3000.0))
    before = replace(now, asked_at=began - timedelta(seconds=1))
    assert 2000 <= page_ms(now, began) < 5000 <= page_ms(before, began)


@pytest.mark.parametrize("page", [0.0, 40.0])
def test_every_number_of_the_time_bar(made, page):
    """Durations, the page's own too, the widths of the bar, the pairs, what came from the cache."""
    record, _, _ = read(made)
    times = record["timings"]
    spent = [times[f"{name}_ms"] for name in ("encode", "search", "rerank", "quotes")]
    spent += [page] if page else []
    html = time_bar_html(made, page)
    widths = [float(width) for width in re.findall(r'style="width:([\d.]+)%"', html)]
    assert widths == [pytest.approx(100 * part / sum(spent), abs=0.006) for part in spent]
    shown = re.findall(r">(?:<b>)?(?:\w+) ([\d.]+) (ms|s)", html)
    ms = [float(value) * (1000 if unit == "s" else 1) for value, unit in shown]
    assert ms == [pytest.approx(v, rel=0.05, abs=0.051) for v in (*spent, times["total_ms"] + page)]
    assert f"{times['pairs']} pairs scored" in html
    assert times["pairs"] == len(record["reranked"])


@pytest.mark.parametrize(("budget", "place"), [(0, None), (16, 50.0), (5000, 100.0)])
def test_the_limit_is_marked_on_the_time_bar(budget, place):
    """3 + 16 of 38 ms is the middle; a limit that was not reached is at the end; none, no mark."""
    timings = Timings(1.0, 2.0, 30.0, 5.0, 38.0, 4)
    settings = SearchSettings(4, 1, second=SecondStageSettings(budget_ms=budget))
    html = time_bar_html(Comparison("Who?", "c", settings, "v1", (), (), timings, ()))
    marks = [float(left) for left in re.findall(r'class="limit" style="left:([\d.]+)%"', html)]
    assert marks == ([] if place is None else [place])
    assert ("limit" in re.sub(r"<[^>]*>", "", html.split("</style>")[1])) == bool(budget)


def plain_rbo(one, two, p):
    """Webber et al. (2010), equation 23, written as it stands there for two lists of one length."""
    k = len(one)
    overlap = [len(set(one[:d]) & set(two[:d])) for d in range(1, k + 1)]
    head = sum(x / d * p**d for d, x in enumerate(overlap, start=1))
    return overlap[-1] / k * p**k + (1 - p) / p * head


def test_every_number_of_the_difference(made):
    """RBO by its formula, Jaccard by sets, tau by counting pairs, what entered by the cut."""
    record, before, after = read(made)
    n = record["settings"]["top_n"]
    top, now = set(before[:n]), set(after[:n])
    ids = range(len(after))
    turned = sum(before.index(after[i]) > before.index(after[j]) for i in ids for j in ids if i < j)
    pairs = len(after) * (len(after) - 1) / 2
    assert [value for _, value, _ in figures(difference(made))] == [
        f"{len(now - top)} of {n}",
        f"{len(top & now) / len(top | now):.2f}",
        f"{plain_rbo(before, after, 0.9):.2f}",
        signed((pairs - 2 * turned) / pairs),
    ]


def test_every_number_of_the_presenter(made):
    """Its three screens before the answer, word by word."""
    record, before, after = read(made)
    question, found, changed = presentation(made, None)["steps"]
    n, times = record["settings"]["top_n"], record["timings"]
    documents = {c["chunk"]["document_id"] for c in record["candidates"]}
    plural = "s" * (len(documents) != 1)
    count = f"{len(before)} passages of {len(documents)} document{plural}"
    assert question["numbers"] == f"{count} · {times['total_ms']:.0f} ms"
    retrievers = {hit["stage"] for c in record["candidates"] for hit in c["hits"]}
    kind = "fused" if len(retrievers) > 1 else "cosine"
    scores = [f"{kind} {c['score']:.3f}" for c in record["candidates"]]
    assert [p["numbers"] for p in found["passages"]] == scores[: len(found["passages"])]
    new = len(set(after[:n]) - set(before[:n]))
    assert changed["numbers"] == (
        f"Of the top {n}, {new} entered and {new} dropped out. "
        f"{len(after)} passages scored in {times['rerank_ms']:.0f} ms."
    )
    for item, shown in zip(record["reranked"], changed["passages"], strict=False):
        was = before.index(item["chunk"]["id"]) + 1
        assert shown["numbers"] == f"was {was} · logit {signed(item['logit'])}"


def test_every_number_of_the_sentence(made):
    """Each is the top n, a rank, a count of what is new, or a page of the passage named."""
    record, before, after = read(made)
    n = record["settings"]["top_n"]
    known = {n, len(set(after[:n]) - set(before[:n]))}
    named = record["reranked"][: n + 1]
    known |= {item["rank"] for item in named}
    known |= {item["rank"] + item["rank_delta"] for item in named}
    known |= {item["chunk"]["first_page"] for item in named}
    said = what_happened(made.reranked, n)
    for name in {item["chunk"]["document_name"] for item in record["reranked"]}:
        said = said.replace(name, "")
    assert {int(number) for number in NUMBER.findall(said)} <= known


def test_every_number_of_the_table(made):
    """Line by line as the record has it; the candidate's rank is counted again."""
    record, before, after = read(made)
    last = {r["chunk"]["id"]: r for r in record["reranked"]}
    first = {
        c["chunk"]["id"]: {hit["stage"]: hit["score"] for hit in c["hits"]}
        for c in record["candidates"]
    }
    for row, id_ in zip(rows(made), after, strict=True):
        was, now = before.index(id_) + 1, after.index(id_) + 1
        assert (row["rank"], row["candidate_rank"], row["rank_delta"]) == (now, was, was - now)
        assert (row["cosine"], row["bm25"]) == (first[id_].get("dense"), first[id_].get("bm25"))
        assert row["logit"] == last[id_]["logit"]
        assert row["relevance"] == last[id_]["relevance"]


def test_every_number_of_the_depth_curve(made):
    """The top n of the first d candidates by logit, against that of all; time by share."""
    record, before, _ = read(made)
    logits = {r["chunk"]["id"]: r["logit"] for r in record["reranked"]}
    ms, n = record["timings"]["rerank_ms"], record["settings"]["top_n"]

    def top(depth):
        return set(sorted(before[:depth], key=lambda id_: (-logits[id_], id_))[:n])

    candidates, read_logits = fully_read(made)
    curve = depth_curve(candidates, read_logits, (5, 8, 20, len(before)), n, milliseconds=ms)
    for point in curve:
        assert point.agreement == len(top(point.depth) & top(len(before))) / n
        assert point.milliseconds == pytest.approx(ms * point.depth / len(before))


def page_of(open_page, view):
    """Everything that the Compare page sends to the browser, in order."""
    app = ask(open_page(view=view), ABOUT_RULES)
    assert not app.exception
    found: list[str] = []

    def walk(block):
        for child in block.children.values():
            if hasattr(child, "children"):
                walk(child)
            elif getattr(child, "proto", None) is not None:
                found.append(re.sub(r"[0-9a-f]{16,}", "…", str(child.proto)))

    walk(app.main)
    return found


@pytest.fixture
def one_page_time(monkeypatch):
    """The one figure of the page that is of a run, and not of the comparison."""
    monkeypatch.setattr("pages.ui.compare.figures.page_ms", lambda *_: 40.0)


@pytest.mark.usefixtures("one_page_time")
@pytest.mark.parametrize("view", ["Side by side", "Flow", "Table"])
def test_the_page_draws_nothing_that_is_not_in_the_json(six_pages, open_page, monkeypatch, view):
    """Drawn from the comparison read back from its JSON, it is the same page to the last letter."""
    kept: list[str] = []
    real = resources.comparison_in_parts

    def saving(*arguments: object) -> Iterator[Comparison]:
        *_, whole = real(*arguments)
        kept.append(to_json(whole))
        yield from_json(Comparison, kept[0])

    def saved(*_: object) -> Iterator[Comparison]:
        yield from_json(Comparison, kept[0])

    monkeypatch.setattr(resources, "comparison_in_parts", saving)
    once = page_of(open_page, view)
    monkeypatch.setattr(resources, "comparison_in_parts", saved)
    assert page_of(open_page, view) == once


@pytest.mark.usefixtures("one_page_time")
def test_another_logit_in_the_json_is_another_page(six_pages, open_page, monkeypatch):
    """The comparison above is not empty: one changed figure of the record is seen."""
    real = resources.comparison_in_parts
    once = page_of(open_page, "Side by side")

    def changed(*arguments: object) -> Iterator[Comparison]:
        *_, made = real(*arguments)
        first, *rest = made.reranked
        assert first.logit is not None
        yield replace(made, reranked=(replace(first, logit=first.logit + 0.5), *rest))

    monkeypatch.setattr(resources, "comparison_in_parts", changed)
    assert page_of(open_page, "Side by side") != once
