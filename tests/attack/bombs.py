"""Small PDFs that ask for much: each function makes one, none is larger than 10 MB."""

import inspect
import zlib
from collections.abc import Callable, Iterable

STREAM_CHARACTERS = 7_700_000
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_TWICE = b"/Filter[/FlateDecode/FlateDecode]"
_LINE = b"BT /F 9 Tf 40 700 Td (The fee for a late return is two pounds a week.) Tj ET\n"


def pdf(objects: Iterable[bytes], root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1, with a correct table of where they lie."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer <</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(places) + 1,
        root,
        table,
    )
    return bytes(out)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object; ``entries`` go into its dictionary."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def flate(data: bytes, times: int = 1) -> bytes:
    """A stream that is compressed over and over."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter[%b]" % (b"/FlateDecode" * times))


def one_page(content: bytes, resources: bytes = b"", more: Iterable[bytes] = ()) -> bytes:
    """One page with this content stream; further objects are numbered from 6."""
    kinds = b"<</Font<</F 5 0 R>>%b>>" % resources
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources%b>>" % kinds,
            content,
            _FONT,
            *more,
        ]
    )


def _repeated(block: bytes, times: int) -> bytes:
    """What zlib would make of ``block * times``, without doing the work so often."""
    packer = zlib.compressobj(9)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(times):
        check = zlib.adler32(block, check)
    header, body = first[:2], first[2:]
    return header + body * times + b"\x03\x00" + check.to_bytes(4, "big")


def _shown(characters: int) -> bytes:
    return b"BT /F 1 Tf 1 700 Td (" + b"a" * characters + b") Tj ET"


def long_content() -> bytes:
    """A few kilobytes become a page of 7.7 million characters."""
    line = b"1 -1 Td (" + b"w" * 999 + b") Tj\n"
    text = b"BT /F 0.1 Tf 1 790 Td\n" + line * (STREAM_CHARACTERS // 1000) + b"ET"
    return one_page(flate(text, 3))


def nested_flate() -> bytes:
    """2 GB of blanks in three layers of Flate."""
    data = zlib.compress(zlib.compress(_repeated(b" " * 2**24, 128), 9), 9)
    return one_page(stream(data, b"/Filter[/FlateDecode/FlateDecode/FlateDecode]"))


def run_length() -> bytes:
    """Run lengths inside Flate: 128 bytes for two, a thousand times over."""
    data = zlib.compress(b"\x81 " * 8_000_000 + b"\x80", 9)
    return one_page(stream(data, b"/Filter[/FlateDecode/RunLengthDecode]"))


def _lzw(blanks: int) -> bytes:
    """LZW that names ever longer runs of blanks: clear, then every new code in turn."""
    bits, filled, out = 0, 0, bytearray()
    while blanks > 0:
        codes = [256, 32, *range(258, 4094)]
        for position, code in enumerate(codes):
            known = 257 + max(0, position - 1)
            width = 9 if known < 511 else 10 if known < 1023 else 11 if known < 2047 else 12
            bits, filled = bits << width | code, filled + width
            while filled >= 8:
                filled -= 8
                out.append(bits >> filled & 255)
                bits &= (1 << filled) - 1
        blanks -= 3836 * 3837 // 2
    return bytes(out)


def lzw() -> bytes:
    """2 GB of blanks as LZW, packed once more."""
    data = zlib.compress(_lzw(2 * 10**9), 9)
    return one_page(stream(data, b"/Filter[/FlateDecode/LZWDecode]"))


def _listed(page: bytes, content: bytes, times: int, count: int | None = None) -> bytes:
    kids = b"3 0 R " * times
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, times if count is None else count),
            page,
            content,
            _FONT,
        ]
    )


_PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
    b"/Resources<</Font<</F 5 0 R>>>>>>"
)


def _crowded(lines: int) -> bytes:
    """Lines of 50 small letters, each in a place of its own."""
    return (
        b"BT /F 1 Tf 1 790 Td\n"
        + b"".join(
            b"%d -%d Td (The fee for a late return is two pounds a week ok.) Tj\n"
            % (28 if number % 20 else -532, 0 if number % 20 else 3)
            for number in range(1, lines)
        )
        + b"ET"
    )


def page_listed_300_times() -> bytes:
    """One page just below the limit of characters, listed 300 times."""
    return _listed(_PAGE, flate(_crowded(3900)), 300)


def light_page_listed_300_times() -> bytes:
    """One page with one sentence, listed 300 times: harmless."""
    return _listed(_PAGE, flate(_LINE), 300)


def pages_100_000() -> bytes:
    """One page, listed 100,000 times."""
    return _listed(_PAGE, flate(_LINE), 100_000)


def claimed_pages() -> bytes:
    """One page that is said to be two thousand million."""
    return _listed(_PAGE, flate(_LINE), 1, 2**31 - 1)


def pages_almost_the_same() -> bytes:
    """300 pages of 190,000 characters, each with a line of its own before the same content."""
    pages, first = 300, 4
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages),
        flate(_crowded(3900)),
    ]
    for number in range(pages):
        own = first + 2 * number + 1
        contents = b"/Contents[%d 0 R 3 0 R]" % own
        page = _PAGE.replace(b"/Contents 4 0 R", contents).replace(b"/F 5 0 R", b"/F " + _FONT)
        objects += [page, stream(b"BT /F 9 Tf 40 5 Td (Copy %d) Tj ET" % number)]
    return pdf(objects)


def deep_page_tree() -> bytes:
    """20,000 nodes of the page tree, one inside the other."""
    depth = 20_000
    nodes = [
        b"<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (number + 1, number - 1)
        for number in range(2, depth)
    ]
    page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]>>" % (depth - 1)
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", *nodes, page])


def page_tree_cycle() -> bytes:
    """A page tree that is its own child."""
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"])


def _form(content: bytes, forms: bytes) -> bytes:
    kinds = b"/Resources<</Font<</F 5 0 R>>/XObject<<%b>>>>" % forms
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]%b" % kinds)


def xobject_cycle() -> bytes:
    """Two forms that draw each other."""
    first = _form(_LINE + b"/B Do", b"/B 7 0 R")
    second = _form(_LINE + b"/A Do", b"/A 6 0 R")
    return one_page(stream(_LINE + b"/A Do"), b"/XObject<</A 6 0 R>>", [first, second])


def xobject_tree() -> bytes:
    """Twelve levels of forms, each drawing the next ten times: 10^12 lines."""
    levels = [_form(b"/A Do " * 10, b"/A %d 0 R" % (number + 1)) for number in range(6, 18)]
    return one_page(stream(b"/A Do"), b"/XObject<</A 6 0 R>>", [*levels, _form(_LINE, b"")])


def _with_outline(entries: list[bytes]) -> bytes:
    """One page, and an outline whose root is object 6."""
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            _PAGE,
            stream(_LINE),
            _FONT,
            *entries,
        ]
    )


def outline_cycle() -> bytes:
    """Two entries of the outline that follow each other, and are each other's children."""
    return _with_outline(
        [
            b"<</Type/Outlines/First 7 0 R/Last 8 0 R/Count 2>>",
            b"<</Title(One)/Parent 6 0 R/Next 8 0 R/First 8 0 R/Last 8 0 R/Dest[3 0 R/Fit]>>",
            b"<</Title(Two)/Parent 6 0 R/Next 7 0 R/First 7 0 R/Last 7 0 R/Dest[3 0 R/Fit]>>",
        ]
    )


def deep_outline() -> bytes:
    """20,000 entries of the outline, one inside the other."""
    entries = [
        b"<</Title(Part)/First %d 0 R/Last %d 0 R/Dest[3 0 R/Fit]>>" % (number + 1, number + 1)
        for number in range(7, 20_007)
    ]
    last = b"<</Title(Last)/Dest[3 0 R/Fit]>>"
    return _with_outline([b"<</Type/Outlines/First 7 0 R/Last 7 0 R>>", *entries, last])


def huge_image() -> bytes:
    """30,000 x 30,000 pixels in colour: 2.7 GB, drawn under a line of text."""
    image = stream(
        zlib.compress(_repeated(bytes(30_000 * 3 * 100), 300), 9),
        b"/Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 8"
        b"/ColorSpace/DeviceRGB/Filter[/FlateDecode/FlateDecode]",
    )
    drawn = _LINE + b"q 600 0 0 700 0 0 cm /I Do Q"
    return one_page(stream(drawn), b"/XObject<</I 6 0 R>>", [image])


def many_images() -> bytes:
    """One picture of 8,000 x 8,000 pixels drawn 500 times."""
    image = stream(
        zlib.compress(bytes(8_000_000), 9),
        b"/Type/XObject/Subtype/Image/Width 8000/Height 8000/BitsPerComponent 1"
        b"/ColorSpace/DeviceGray/Filter/FlateDecode",
    )
    drawn = _LINE + b"q 600 1 1 700 0 0 cm /I Do Q\n" * 500
    return one_page(stream(drawn), b"/XObject<</I 6 0 R>>", [image])


def endless_drawing() -> bytes:
    """A line of text, and four million large curves under it."""
    curve = b"0 0 m 600 700 9 9 300 792 c 50 60 610 10 0 700 c f\n"
    return one_page(stream(zlib.compress(_repeated(_LINE + curve * 40_000, 100)), _TWICE))


def many_operators() -> bytes:
    """Half a gigabyte of saving and restoring, and no text."""
    return one_page(stream(zlib.compress(_repeated(b"q Q " * 2**20, 128)), _TWICE))


def deep_brackets() -> bytes:
    """Ten million open brackets in a content stream."""
    return one_page(flate(b"[" * 10_000_000 + b"<<" * 10_000_000, 2))


def object_stream() -> bytes:
    """A stream of objects that is said to hold a hundred million, and unpacks to 1 GB."""
    packed = _repeated(b"7 0 " * 2**22, 64)
    holder = b"/Type/ObjStm/N 100000000/First 900000000/Filter[/FlateDecode/FlateDecode]"
    table = b"\x01\x00\x00\x00" + b"\x02\x00\x03\x00" + b"\x02\x00\x03\x01" + b"\x02\x00\x03\x02"
    entries = b"/Type/XRef/Size 4/W[1 2 1]/Root 1 0 R"
    head = b"%PDF-1.7\n"
    body = b"3 0 obj\n%b\nendobj\n" % stream(zlib.compress(packed, 9), holder)
    place = len(head) + len(body)
    return b"%b%b4 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF" % (
        head,
        body,
        stream(table, entries),
        place,
    )


def endless_word() -> bytes:
    """190,000 letters without a space on one page: nothing to cut at."""
    return one_page(flate(_shown(190_000)))


def one_letter_everywhere() -> bytes:
    """150,000 letters, each in a place of its own, so that each is a line."""
    places = b"".join(
        b"BT /F 1 Tf %d.%d %d.%d Td (a) Tj ET\n" % (i * 7 % 600, i % 10, i * 13 % 780, i % 7)
        for i in range(150_000)
    )
    return one_page(flate(places))


def huge_page() -> bytes:
    """A page of 10^9 points with one line of text on it."""
    return one_page(stream(_LINE)).replace(b"[0 0 612 792]", b"[0 0 1000000000 1000000000]")


BOMBS: dict[str, Callable[[], bytes]] = {
    name: maker
    for name, maker in list(globals().items())
    if inspect.isfunction(maker) and name[0] != "_" and not inspect.signature(maker).parameters
}
"""Every function of this file that needs no argument."""
