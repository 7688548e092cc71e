"""Three documents of one chunk."""

from tests.made_pdfs import made_pdf

TEXTS = (
    "Expense reports are approved by the manager. Reports go to the portal every month.",
    "You may not approve your own expense report. Ask another manager to do it for you.",
    "Lunch is served at noon in the hall. The hall is closed on Sundays and on holidays.",
)
PDFS = [(f"{number}.pdf", made_pdf(text)) for number, text in enumerate(TEXTS)]
