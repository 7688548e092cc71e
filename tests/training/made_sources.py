"""Sources as they lie on the disk."""

import gzip
import json

from training.sources import Example


def put(folder, name, lines, *, packed=False):
    """Write a source."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if packed:
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    else:
        (folder / f"{name}.jsonl").write_text(text)


def text(subject):
    """A section's words, long enough to be kept."""
    return (
        f"The {subject} is asked for in a form that your lead signs; it takes ten days, and the "
        f"{subject} is then entered into the calendar of the whole team."
    )


TRAVEL = f"""---
title: Air travel
---

## Who pays for flights?

{text("flight")}

## Trains

{text("train")}

## Who may rent a car?

{text("car")}

## Too short

See above.
"""
LEAVE = f"# How to take leave\n\n{text('leave')}\n\n# Sickness\n\n{text('sick note')}\n"
DESK = "".join(f"# How to get a {what}\n\n{text(what)}\n" for what in ("desk", "lamp", "key"))


def put_handbook(folder):
    """A clone of three pages, with a file of its own that is no page."""
    pages = {"air-travel.md": TRAVEL, "desk.md": DESK, "leave/index.md": LEAVE}
    for name, page in pages.items():
        path = folder / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    hidden = folder / ".github" / "template.md"
    hidden.parent.mkdir()
    hidden.write_text(f"# Not a page\n\n{text('template')}\n")


DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="0000001" source="NINDS" url="http://example.org/{focus}.htm">
 <!--A comment, as three of the folders have it-->
<Focus>{focus}</Focus>
<FocusAnnotations>
\t<UMLS>
\t\t<CUIs>
\t\t\t<CUI>C0000001</CUI>
\t\t</CUIs>
\t\t<SemanticGroup>Disorders</SemanticGroup>
\t</UMLS>
\t<Synonyms>
\t\t<Synonym>Another name</Synonym>
\t</Synonyms>
</FocusAnnotations>
<QAPairs>
{pairs}
</QAPairs>
</Document>
"""
PAIR = """\t<QAPair pid="{number}">
\t\t\t<Question qid="0000001-{number}" qtype="{kind}">{question} ?</Question>
\t\t\t<Answer>{answer}</Answer>
\t</QAPair>"""
ASKED = {
    "information": "What is (are) {}",
    "treatment": "What are the treatments for {}",
    "outlook": "What is the outlook for {}",
    "causes": "What causes {}",
}


def document(focus, answers):
    """A file of MedQuAD: ``answers`` by type of question."""
    pairs = [
        PAIR.format(number=i, kind=kind, question=ASKED[kind].format(focus), answer=answer)
        for i, (kind, answer) in enumerate(answers.items())
    ]
    return DOCUMENT.format(focus=focus, pairs="\n".join(pairs))


def answers(focus):
    """Three answers on a disease, each in words of its own."""
    return {
        "information": f"{focus} is a disease in which\n      the joints of a hand swell slowly.",
        "treatment": f"Rest and warmth ease the pain of {focus}; the patient&apos;s doctor helps.",
        "outlook": f"Most people with {focus} are well again after about two or three months.",
    }


def put_medquad(folder, focus="Fingeritis", made=None, name="1_Some_QA/0000001.xml"):
    """Write a file of MedQuAD."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document(focus, made or answers(focus)), encoding="utf-8")
    return path


def clapnq_question(text):
    """A line of CLAPNQ."""
    return {
        "id": "123",
        "input": text,
        "passages": [{"title": "T", "text": "Some words .", "sentences": ["Some words ."]}],
        "output": [{"answer": "Words .", "selected_sentences": ["Some words ."], "meta": {}}],
    }


COLOURS = ("red", "blue", "green", "black", "white", "brown", "grey", "pink")
THINGS = ("lamp", "door", "cup", "roof", "coat", "bag", "hat", "pot")


def example(thing, colour):
    """Only one passage says the colour."""
    passages = (
        f"The {thing} is {colour}.",
        f"The {thing} is old.",
        f"Everybody likes the {thing}.",
        f"The colour of the {thing} was asked for often.",
    )
    return Example(f"What is the colour of the {thing}?", passages)


EXAMPLES = tuple(example(thing, colour) for thing in THINGS for colour in COLOURS)
TEST = tuple(e for e in EXAMPLES if "pot" in e.query)
