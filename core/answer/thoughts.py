"""What a model thinks aloud and the marks of its turns, which servers leak, are not its answer."""

from __future__ import annotations

import re

_NAME = (
    r"(?:[a-z]{1,20}:|longcat_|ant)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion)?"
    r"|analysis|scratchpad|(?:inner_)?monologue)"
)
# One group says that a mark closes; DeepSeek, Magistral, Kimi, Cohere, Gemma and their kin.
THOUGHT = re.compile(
    rf"(?:<|&lt;)\|?(/)?\|?{_NAME}(?:\s[^<>]{{0,60}})?\|?(?:>|&gt;)"
    rf"|\[(/)?{_NAME}\]|◁(/)?{_NAME}▷"
    rf"|<\|(?:(end)|begin|start)_(?:of_)?{_NAME}\|>"
    r"|<unused9(?:4|(5))>(?:thought)?|<\|channel>\s?thought|(<channel\|>)",
    re.IGNORECASE,
)
_CHANNEL = re.compile(r"<\|channel\|>\s?(\w+)(?:[^<>]{0,80}<\|message\|>)?")
_CHANNEL_END = re.compile(r"<\|(?:end|return|call|start|channel)\|>")
_LEAKED = re.compile(r"\s*(?:assistant)?(?:analysis|commentary|final)(?=[A-Z\"“*])")
_LEAKED_FINAL = re.compile(r"(?:assistant\s?|\A\s*)final(?=[\WA-Z])")
_TURN = (
    r"(?:<\|[^<>|\s]{1,40}\|?>|<[^<>|\s]{1,40}\|>|<｜[^<>｜\n]{1,40}｜>|</?(?:start|end)_of_turn>"
    r"|<[be]os>|</s>(?=\s*(?:<s>|\[|\Z))|\[/?INST\]|<</?SYS>>)"
)
_TURN_BEGINS = re.compile(rf"\s*(?:{_TURN}\s*(?:(?:assistant|model)\b)?\s*)+")
_TURN_ENDS = re.compile(_TURN)


def without_thoughts(text: str) -> str:
    """The answer alone: without thoughts, other channels, and what follows the end of its turn.

    What stands before a closing mark that nothing opened is thought, since chat templates open
    it themselves; so is what follows an opening mark that nothing closes.

    >>> without_thoughts("Hm, they want 5.</think>It is 5 [1].<|im_end|>")
    'It is 5 [1].'
    """
    text = _outside(_final_channel(text))
    begins = _TURN_BEGINS.match(text)
    text = text[begins.end() :] if begins else text
    return _TURN_ENDS.split(text, maxsplit=1)[0]


def _final_channel(text: str) -> str:
    """What was said in the channel ``final``, if there are channels (OpenAI's harmony format)."""
    channels = list(_CHANNEL.finditer(text))
    if channels:
        said = [text[m.end() :] for m in channels if m[1].startswith("final")]
        return "".join(_CHANNEL_END.split(part, maxsplit=1)[0] for part in said)
    if not _LEAKED.match(text):
        return text
    *before, last = _LEAKED_FINAL.split(text)  # the marks are lost, the names are not
    return last if before else ""


def _outside(text: str) -> str:
    """What stands outside of all thoughts; the last closing mark closes all that are open."""
    marks = list(THOUGHT.finditer(text))
    last = max((n for n, mark in enumerate(marks) if mark.lastindex), default=-1)
    kept, depth, start = list[str](), 0, 0
    for n, mark in enumerate(marks):
        if not mark.lastindex:
            kept += [text[start : mark.start()]] * (depth == 0)
            depth += 1
            continue
        if depth == 0:
            kept.clear()
        depth = 0 if n == last else max(0, depth - 1)
        start = mark.end()
    return "".join([*kept, text[start:]]) if depth == 0 else "".join(kept)
