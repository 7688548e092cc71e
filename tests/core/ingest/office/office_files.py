"""Word documents part by part, for tests: what no library writes can be put into them."""

import io
import zipfile

_NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}
_SPACES = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _NAMES.items())
_RELATION = f"{_NAMES['r']}/"
_LIST = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(members):
    """An archive of these members, compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _relations(**targets):
    each = (
        f'<Relationship Id="{kind}" Type="{_RELATION}{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{_LIST}">{"".join(each)}</Relationships>'


def docx(body, **parts):
    """A document of this body; ``styles``, ``numbering``, ``footnotes``, ... are other parts."""
    tags = {"chart": "c:chartSpace"}
    whole = {"document": f"<w:body>{body}</w:body>", **parts}
    return zipped(
        {
            "_rels/.rels": _relations(officeDocument="word/document.xml"),
            "word/_rels/document.xml.rels": _relations(**{p: f"{p}.xml" for p in parts}),
            **{
                f"word/{part}.xml": f"<{tag} {_SPACES}>{xml}</{tag}>"
                for part, xml in whole.items()
                for tag in [tags.get(part, f"w:{part}")]
            },
        }
    )


def run(text, look=""):
    """A run, ``look`` in its properties."""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(*runs, look=""):
    """A paragraph of these runs, or of texts."""
    inside = "".join(r if r.startswith("<") else run(r) for r in runs)
    return f"<w:p><w:pPr>{look}</w:pPr>{inside}</w:p>"


def style(id_, *, name="", look="", based="", kind="paragraph", run_look=""):
    """A style; its name is like its id unless another is given."""
    return (
        f'<w:style w:type="{kind}" w:styleId="{id_}"><w:name w:val="{name or id_}"/>'
        f'<w:basedOn w:val="{based}"/><w:pPr>{look}</w:pPr><w:rPr>{run_look}</w:rPr></w:style>'
    )


def styled(id_):
    """The paragraph property that names a style."""
    return f'<w:pStyle w:val="{id_}"/>'


def row(*cells, look=""):
    """A row of a table; a cell is its text, or XML of its properties and text."""
    inside = (c if c.startswith("<w:tc>") else f"<w:tc>{par(c)}</w:tc>" for c in cells)
    return f"<w:tr><w:trPr>{look}</w:trPr>{''.join(inside)}</w:tr>"


def cell(text, look):
    """A cell with properties: merged, deleted."""
    return f"<w:tc><w:tcPr>{look}</w:tcPr>{par(text)}</w:tc>"


def table(*rows):
    """A table of these rows."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"
