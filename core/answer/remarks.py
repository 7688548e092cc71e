"""What a reader must know about an answer: the same words on the page and the command line."""

from __future__ import annotations

from core.schema import Answer, AnswerSentence


def sentence_remark(sentence: AnswerSentence, mode: str) -> str:
    """What is wrong with a sentence of an answer in this mode, in a few words; often nothing."""
    if not sentence.supported:
        return "no passage cited"
    lacking = ", ".join(sentence.lacking)
    if not lacking:
        return ""
    return f"no quote has {lacking}" if mode == "quotes" else f"not in the passage: {lacking}"


def remarks(answer: Answer) -> list[str]:
    """What a reader must know about an answer, in plain sentences."""
    lines = []
    if answer.incomplete:
        lines.append(f"Incomplete: {answer.incomplete}")
    if answer.abstained or not answer.text:
        return lines
    if not any(citation.verified for citation in answer.citations):
        lines.append("No sentence of this answer cites a passage. Do not rely on it.")
    if any(not citation.verified for citation in answer.citations):
        lines.append("Some citations have a number that no passage has.")
    return lines
