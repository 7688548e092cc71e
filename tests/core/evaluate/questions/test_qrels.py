"""Judgments and runs as other tools write them: the same numbers as the field's own tool."""

import random

import ir_measures
import pytest

from core.errors import InputError
from core.evaluate.configurations import MEASURES
from core.evaluate.metrics import evaluate_lists, judged
from core.evaluate.questions.qrels import from_run, numbered_lines, read_qrels
from tests.shared import shared_path

QUERIES = {"q1": "Who pays?", "q2": "Who flies?"}
WANTED = {"q1": {"d1": 1, "d2": 0}, "q2": {"d1": 1}}
ROWS = [("q1", "d1", "1"), ("q1", "d2", "0"), ("q2", "d1", "1")]


def joined(mark, head="", middle=False):
    """The rows as lines, parted by a mark."""
    rows = [(q, "0", d, g) if middle else (q, d, g) for q, d, g in ROWS]
    return head + "".join(f"{mark.join(row)}\n" for row in rows)


QUEPID = "query,docid,rating\nWho pays?,d1,1\nWho pays?,d2,0\nWho  flies?,d1,1\n"
BOOK = 'Case ID,Query Text,Doc ID,Title,Rating\n1,Who pays?,d1,"a, b",1\n1,Who pays?,d2,,0\n1,Who flies?,d1,,1\n'  # noqa: E501
MTEB = "".join(f'{{"query-id": "{q}", "corpus-id": "{d}", "score": {g}.0}}\n' for q, d, g in ROWS)
FORMS = {
    "BEIR": (joined("\t", "query-id\tcorpus-id\tscore\n"), "tabs, 3 columns, a header"),
    "no header": (joined("\t"), "tabs, 3 columns, no header"),
    "TREC": (joined(" ", middle=True), "spaces, 4 columns, no header"),
    "MS MARCO": (joined("\t", middle=True), "tabs, 4 columns, no header"),
    "a header of its own": (joined("  ", "topic iter docno rel\n", middle=True), "4 columns, a"),
    "unknown names": (joined("\t", "wer\twas\twie\n"), "tabs, 3 columns, a header"),
    "semicolons": (joined(";"), "semicolons, 3 columns"),
    "commas": (joined(",", "query_id,doc_id,relevance\n"), "commas, 3 columns, a header"),
    "Windows": ("\ufeff" + joined("\t").replace("\n", "\r\n") + "\r\n", "tabs"),
    "decimal grades": (joined("\t").replace("1\n", "1.0\n"), "grades 0 to 1"),
    "Quepid": (QUEPID, "commas, 3 columns, a header"),
    "Quepid's book": (BOOK, "commas, 5 columns, a header"),
    "MTEB": (MTEB, "JSON, 3 columns, a header"),
    "a question too many": (
        joined("\t") + "q9\td1\t1\n",
        "1 question left out that is not there (q9)",
    ),
}


@pytest.mark.parametrize(("text", "words"), FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_judgments(text, words):
    """And a line that says what was made of it."""
    qrels, made = read_qrels("q.tsv", numbered_lines(text.splitlines(keepends=True)), QUERIES)
    assert qrels == WANTED
    assert made.startswith("q.tsv: 3 judgments of 2 questions; ")
    assert words in made


def test_junk_and_high_grades_are_kept_and_said():
    """-1 is TREC's mark for junk; graded collections go beyond 3."""
    qrels, made = read_qrels("q", numbered_lines(["q1 0 a -1\n", "q1 0 b 7\n"]), QUERIES)
    assert qrels == {"q1": {"a": -1, "b": 7}}
    assert "grades -1 to 7; 1 below 0, which are junk" in made


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("q1\td1\n", "q.tsv, line 1: 2 columns instead of 3"),
        ("q1 d1 1\nq1 d2\n", "line 2: 2 columns instead of 3"),
        ("q1 d1 0.5\n", "line 1: the grade '0.5' is not a whole number"),
        ("q1 d1 nan\n", "line 1: the grade 'nan'"),
        ("q1 d1 1\nq1 d1 2\n", "line 2: 'd1' has two grades"),
        ("q8 d1 1\nq9 d2 1\n", "no query of it, such as 'q8'"),
        ('{"query-id": 1}\nx\n', "cannot be read"),
    ],
)
def test_what_cannot_be_used_names_file_line_and_form(text, words):
    """For the person who has to mend it."""
    with pytest.raises(InputError, match=words) as caught:
        read_qrels("q.tsv", numbered_lines(text.splitlines(keepends=True)), QUERIES)
    assert caught.value.advice


def run_of(*lines):
    """What a run of these lines means, and what is said of it."""
    return from_run("run.txt", enumerate(lines, start=1))


def test_a_run_is_ordered_by_scores_with_all_their_digits():
    """Not by ranks; ties by id, the last first; differences that no float holds still count."""
    lists, made = run_of("q Q0 a 1 1 x", "q Q0 b 2 1.0 x", "q Q0 c 0 -inf x", "q Q0 d r 1e400 x")
    assert lists == {"q": ["d", "b", "a", "c"]}
    assert made == (
        "run.txt: 4 passages for 1 question, by score, not by the rank column; 1 tie by id, the "
        "last first, as in trec_eval."
    )
    close = run_of("q Q0 a 1 1.00000000000000000001 x", "q Q0 b 2 1.0 x")
    assert close[0] == {"q": ["a", "b"]}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["q Q0 a 1 2 x", "q Q0 b 1 1 x", "q Q0 a 1 1 x"], "lines 1 and 3: 'a' stands twice"),
        (["q Q0 a 1 high x"], "line 1 of the run is not"),
        (["q Q0 a 1 nan x"], "line 1 of the run is not"),
        (["q a 1"], r"line 1 of the run is not: id Q0 document rank score tag"),
    ],
)
def test_a_run_that_cannot_be_used_is_refused(lines, words):
    """File and lines are named."""
    with pytest.raises(InputError, match=f"run.txt, {words}"):
        run_of(*lines)


def test_the_runs_of_the_cases():
    """One has the same rank everywhere, the other a passage twice."""
    lines = numbered_lines(shared_path("cases/rank-constant.txt").read_text().splitlines())
    assert from_run("r", lines)[0] == {"1": ["zz", "mm", "aa"], "2": ["zy", "aa"]}
    lines = numbered_lines(shared_path("cases/passage-twice.txt").read_text().splitlines())
    with pytest.raises(InputError, match="lines 1 and 3: 'zz' stands twice"):
        from_run("r", lines)


def test_1000_random_runs_have_the_numbers_of_ir_measures():
    """Ties, questions too few and too many, nothing relevant, junk: every measure of the page.

    ir_measures reads the same file and orders it as trec_eval does, but for RR@10 and Judged@10,
    where its own code breaks ties the other way: these get our order. It gives a question without
    a relevant passage 0; here it is left out, and that is said. (Only junk ends its process.)
    """
    chance = random.Random(20261130)
    qrels, rows = {}, []
    for number in range(1000):
        documents = [f"d{n}" for n in range(chance.randint(1, 30))]
        graded = chance.sample(documents, chance.randint(1, len(documents)))
        high = chance.choice([0, 1, 4])
        junk = {d: chance.randint(-2, high) for d in graded}
        qrels[f"q{number}"] = junk | {graded[0]: chance.randint(0, high)}
        if number % 10:
            found = chance.sample(documents, chance.randint(1, len(documents)))
            scores = {d: chance.choice([0.0, -1.5, 3.0, chance.random()]) for d in found}
            rows += [(f"q{number + number % 7 // 6 * 9000}", d, s) for d, s in scores.items()]
    lists, _ = run_of(*(f"{q} Q0 {d} 1 {s!r} x" for q, d, s in rows))
    ours = evaluate_lists(qrels, lists, MEASURES, leave_out_unjudged=False)
    order = [(q, d, -float(n)) for q, ids in lists.items() for n, d in enumerate(ids)]
    by_trec_eval = [name for name in MEASURES if name not in {"RR@10", "Judged@10"}]
    theirs = calculated(qrels, order, MEASURES) | calculated(qrels, rows, by_trec_eval)
    for name in MEASURES:
        for query in judged(qrels):
            assert ours[name][query] == pytest.approx(theirs[query, name], abs=1e-9), name
    assert 500 < len(ours["AP"]) < len(qrels)
    assert set(ours["AP"]) == set(judged(qrels))


def calculated(qrels, rows, names):
    """What ir_measures says of a run: (question, measure) -> value."""
    found = ir_measures.iter_calc(
        [ir_measures.parse_measure(name) for name in names],
        [ir_measures.Qrel(q, d, g) for q, grades in qrels.items() for d, g in grades.items()],
        [ir_measures.ScoredDoc(*row) for row in rows],
    )
    return {(m.query_id, str(m.measure)): m.value for m in found}
