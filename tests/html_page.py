"""An HTML page as a browser reads it, for tests."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """The elements of a page, the texts of its tables' cells, and its other text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.tables = [], [], {}
        self.table, self.text, self.cell = "", "", False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Count it; a cell begins empty."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "table":
            self.table = dict(attrs).get("id") or "table"
            self.tables[self.table] = []
        elif tag == "tr" and self.table:
            self.tables[self.table].append([])
        elif self.table and tag in {"td", "th"}:
            self.cell = True
            self.tables[self.table][-1].append("")

    def handle_endtag(self, tag):
        """After a cell, text is text again."""
        if tag == "table":
            self.table = ""
        self.cell = self.cell and tag not in {"td", "th"}

    def handle_data(self, data):
        """Text belongs to its cell."""
        self.text += data
        if self.cell:
            self.tables[self.table][-1][-1] += data
