"""A made comparison of 60 passages from a fictional company's handbooks."""

from dataclasses import replace

from core.schema import (
    Candidate,
    Chunk,
    Comparison,
    Hit,
    ModelInfo,
    Quote,
    Reranked,
    SearchSettings,
    Span,
    Timings,
    chunk_id,
)

QUESTION = "Can I approve my own travel expenses?"
PASSAGES = (
    (
        "3.1 Submitting a claim",
        "Travel expenses are submitted in the expense tool within 30 days of the return. A claim "
        "names the trip, the cost centre and the approver. Receipts above 25 EUR are attached as "
        "a picture or a PDF; smaller amounts may be claimed with a short note. An expense without "
        "a receipt is paid once, and only when the approver confirms it in writing.",
    ),
    (
        "3.2 Who approves travel",
        "A trip is approved before it is booked. The line manager approves domestic travel; "
        "international travel is approved by the head of the department. The approval names the "
        "purpose, the dates and a ceiling for the expenses. Trips for which the ceiling is passed "
        "by more than 10 % go back to the approver before they are paid.",
    ),
    (
        "6.2 Allowances abroad",
        "The daily allowance covers meals and small expenses. It depends on the country and on "
        "the hours away from home. Meals that a host or a conference provides are taken off: 20 % "
        "for breakfast, 40 % each for lunch and dinner.",
    ),
    (
        "4.1 Approval limits",
        "Team leads approve expenses up to 500 EUR, heads of department up to 5,000 EUR, the CFO "
        "without a limit. Approval is given in the tool, never by e-mail. The limits are for one "
        "claim; a claim must not be divided to stay below a limit.",
    ),
    (
        "2.4 Booking",
        "Flights and trains are booked through the travel desk. A traveller may book a hotel "
        "directly when the desk is closed. Own bookings are paid back at the desk's rate. "
        "Travel with points or vouchers of your own is not paid back.",
    ),
    (
        "5.3 Company cards",
        "Expenses on a company card are matched to receipts by the 5th of the next month. The "
        "holder answers for every charge on the card. Private expenses on the card are reported "
        "the same week and paid back by bank transfer.",
    ),
    (
        "4.6 Segregation of duties",
        "Nobody takes part in a decision about a payment to themselves. This holds for managers, "
        "for the finance team and for members of the board in the same way. The tool routes a "
        "claim to the next higher level when the claimant is the usual approver.\n\n"
        "Self-approval of expense reports is strictly forbidden. A report that was approved by "
        "its own author is reversed, and audit is told within two working days.",
    ),
    (
        "7.1 Mileage",
        "The use of a private car is paid with 0.30 EUR per kilometre. The shortest reasonable "
        "route counts. Parking and tolls are expenses of their own and need a receipt.",
    ),
    (
        "4.7 Deputies",
        "An approver who is away names a deputy in the tool. The deputy may not approve claims "
        "of the person who named them, and not their own. A chain of deputies ends after two "
        "steps; what is still open then goes to the CFO.",
    ),
    (
        "1.2 Purpose",
        "This policy describes how travel is planned, booked and paid. It is written for all "
        "employees, and for guests who travel at our cost. Where local law is stricter, local law "
        "holds.",
    ),
    (
        "4.9 Exceptions",
        "Only the audit committee can allow an exception. Requests are written, give the reason "
        "and are kept for ten years. No exception is possible for the rule that nobody approves "
        "a payment to themselves.",
    ),
    (
        "8.3 Health on the road",
        "Abdominal discomfort, fever and similar complaints abroad are covered by the group's "
        "travel insurance. Call the assistance line first; treatment paid out of pocket is "
        "claimed with the doctor's invoice and its translation.",
    ),
)
DOCUMENTS = (
    "travel-and-expenses-policy.pdf",
    "benefits-handbook-2025.pdf",
    "how-to-cancel-a-flight.pdf",
    "flight-cancellation-policy.pdf",
)
# Candidate ranks in the order the cross-encoder gives: the first ten tell the story.
STORY = (7, 9, 4, 2, 11, 1, 23, 8, 38, 5)
QUOTES = {6: "Self-approval of expense reports is strictly forbidden.", 8: "The deputy may not"}


def made_chunk(index: int, text: str | None = None) -> Chunk:
    """Passage ``index`` (from 0) of the fictional handbooks."""
    heading, body = PASSAGES[index % len(PASSAGES)]
    round_ = index // len(PASSAGES)
    text = body if text is None else text
    if round_:
        text = f"{text} See also part {round_ + 1} of the {heading.split(' ', 1)[1].lower()} rules."
    first = 3 + 2 * index
    return Chunk(
        id=chunk_id("made", "v1", index),
        document_id="made",
        document_name=DOCUMENTS[round_ % len(DOCUMENTS)],
        ordinal=index,
        first_page=first,
        last_page=first + (index % 4 == 3),
        start=0,
        end=len(text),
        text=text,
        tokens=len(text) // 5,
        heading=heading,
    )


def _quote(index: int, text: str, logit: float) -> Quote:
    begin = max(text.find(QUOTES.get(index, "\0")), 0)
    stop = text.find(". ", begin) + 1 or len(text)
    return Quote(Span(begin, stop), logit)


def _order(count: int) -> list[int]:
    story = [rank for rank in STORY if rank <= count]
    rest = [rank for rank in range(1, count + 1) if rank not in story]
    return story + sorted(rest, key=lambda rank: rank + (rank * 37) % 23)


def made_comparison(count: int = 60, top_n: int = 5, texts: tuple[str, ...] = ()) -> Comparison:
    """A comparison of ``count`` passages; ``texts`` replace the texts of the first ones."""
    chunks = [made_chunk(i, texts[i] if i < len(texts) else None) for i in range(count)]
    candidates = []
    for rank, chunk in enumerate(chunks, 1):
        cosine = 0.712 - 0.006 * rank
        hit = Hit(chunk.id, cosine, rank, "dense")
        candidates.append(Candidate(chunk, cosine, rank, (hit,)))
    reranked = []
    for rank, before in enumerate(_order(count), 1):
        chunk, logit = chunks[before - 1], 6.31 - 1.37 * rank**0.62
        reranked.append(
            Reranked(
                chunk=chunk,
                logit=logit,
                relevance=1 / (1 + 2.718281828 ** (-logit)),
                rank=rank,
                rank_delta=before - rank,
                truncated=rank in (3, 12),
                quote=_quote(before - 1, chunk.text, logit) if rank <= 10 else None,
            )
        )
    models = (
        ModelInfo("all-MiniLM-L6-v2", "encoder", "0" * 64, 256),
        ModelInfo("second-look-minilm-l6", "cross_encoder", "1" * 64, 512),
    )
    return Comparison(
        query=QUESTION,
        collection="default",
        settings=SearchSettings(top_k=count, top_n=min(top_n, count)),
        corpus_version="made",
        candidates=tuple(candidates),
        reranked=tuple(reranked),
        timings=Timings(12.0, 4.0, 310.0, 90.0, 416.0, count),
        models=models,
    )


def made_hybrid(count: int = 60) -> Comparison:
    """The same passages found by two retrievers: every third one only by one of them."""
    made = made_comparison(count)
    words = [n for n in range(count) if n % 6 != 1]
    meaning = [n for n in range(count) if n % 6 != 4]
    words.sort(key=lambda n: (n * 7) % count + n % 3)
    meaning.sort(key=lambda n: (n * 11) % count + n % 5)
    hits: dict[int, list[Hit]] = {n: [] for n in range(count)}
    for stage, found in (("dense", meaning), ("bm25", words)):
        for rank, n in enumerate(found, 1):
            score = 0.7 - 0.005 * rank if stage == "dense" else 18.0 / rank
            hits[n].append(Hit(made.candidates[n].chunk.id, score, rank, stage))
    candidates = tuple(
        replace(c, hits=tuple(hits[n]), score=sum(1 / (60 + hit.rank) for hit in hits[n]))
        for n, c in enumerate(made.candidates)
    )
    return replace(made, candidates=candidates)
