"""Passages for tests of what explains an answer."""

from dataclasses import replace

from core.samples import sample_questions
from core.schema import Comparison, Quote, Reranked, Span
from core.search_settings import SearchSettings
from tests.browser.made_comparison import PASSAGES
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.strategies import make_candidates, make_chunk, make_comparison

PLANTED = [
    ("number", "Claims are submitted within 30 days.", "Claims are submitted within 60 days."),
    ("number", "A hotel room may cost up to 150 EUR.", "A hotel room may cost up to €180."),
    ("number", "The daily meal allowance is £45.", "The daily meal allowance is 54 pounds."),
    ("number", "Passwords expire after 90 days.", "Passwords expire after 60 days."),
    ("number", "A refund is paid within seven days.", "A refund is paid within ten days."),
    ("number", "Luggage may weigh up to 23 kg.", "Luggage may weigh up to 20 kg."),
    ("number", "Mileage is paid up to 2,000 km.", "Mileage is paid up to 1,500 km."),
    ("number", "The deposit is 20 % of the fare.", "The deposit is 25 percent of the fare."),
    ("number", "Report a stolen laptop within one hour.", "Report a stolen laptop in 4 hours."),
    ("number", "Attachments may hold 25 MB each.", "Attachments may hold 10 MB each."),
    ("number", "Five days of holiday are carried over.", "Ten days of holiday are carried over."),
    ("unit", "The notice period is 4 weeks.", "The notice period is 4 months."),
    ("unit", "A trip ticket costs 300 EUR.", "A trip ticket costs 300 USD."),
    ("unit", "Report a stolen card within 24 hours.", "Report a stolen card within 24 days."),
    ("unit", "Mailbox storage ends at 50 GB.", "Mailbox storage ends at 50 MB."),
    ("date", "The new policy starts on 1 March 2025.", "The new policy starts on 1 May 2025."),
    ("date", "Holiday lapses on 31 March.", "Holiday lapses on 30 June."),
    ("date", "Budget requests close on 2025-09-30.", "Budget requests close on 15 October 2025."),
    ("date", "Premium payments begin May 3, 2026.", "Premium payments begin 4 May 2026."),
    ("negation", "Managers may approve own expenses.", "Managers may not approve own expenses."),
    ("negation", "Internet charges are reimbursed.", "Internet charges are not reimbursed."),
    ("negation", "Guests can use the wireless network.", "Guests cannot use the wireless network."),
    ("negation", "Contractors need a company badge.", "Contractors never need a company badge."),
    ("negation", "Laptops may leave the building.", "Laptops mustn't leave the building."),
]


UNRELATED = list(
    dict.fromkeys([body for _, body in PASSAGES] + [q.answer for q in sample_questions()])
)
"""Sections of handbooks, and answers to different questions."""


def passages(*texts: str) -> list[Reranked]:
    """These texts as a reranked list."""
    return [
        Reranked(make_chunk(i, text), 1.0, 0.7, i + 1, 0, truncated=False)
        for i, text in enumerate(texts)
    ]


def quoted(*texts: str) -> list[Reranked]:
    """Passages whose best sentence is all of them."""
    return [
        replace(item, quote=Quote(Span(0, len(item.chunk.text)), 1.0)) for item in passages(*texts)
    ]


TEXTS = (
    "Expenses are paid. Claims are filed. Forms exist.",
    "The office opens at nine. The canteen is closed.",
    "Tea is free. Nobody may approve own expenses. Coffee is not.",
    "Approve.",
)
QUERY = "Who may approve own expenses?"


def compared(query: str = QUERY, texts: tuple[str, ...] = TEXTS) -> Comparison:
    """These texts in this order, reranked by the fake."""
    model = FakeCrossEncoder()
    candidates = make_candidates([0.9 - i / 10 for i in range(len(texts))], texts)
    logits = model.score(query, texts).tolist()
    made = make_comparison(candidates, logits, SearchSettings(top_k=10, top_n=2))
    return replace(made, query=query, models=(FakeEncoder().info, model.info))
