"""What a file is, told from its bytes: honest papers are taken in, everything that means harm is refused in words."""

import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.paper_cases import locked, pdf, picture, zipped

from waypost.formats.papers import kinds, limits, looking, problems
from waypost.formats.papers.apart import answer
from waypost.kernel.problem import Problem

pytestmark = pytest.mark.filterwarnings("ignore")  # libraries warn of what is refused anyway
LETTER = pdf(["Dear colleague,", "Page one"], ["Page two"])


@pytest.mark.parametrize(
    ("data", "mime", "pages"),
    [
        (LETTER, kinds.PDF, 2), (picture("PNG"), kinds.PNG, 1), (picture("JPEG"), kinds.JPEG, 1), (picture("TIFF", pages=3), kinds.TIFF, 3),
        (b"Hello", kinds.TEXT, 1), ("Señor Díaz".encode(), kinds.TEXT, 1), ("Señor Díaz".encode("cp1252"), kinds.TEXT, 1),
        ("Señor".encode("utf-16"), kinds.TEXT, 1), (b"\xef\xbb\xbfHello", kinds.TEXT, 1), (b"a < b and <c> are letters", kinds.TEXT, 1),
        (LETTER + b"\0" * 4096, kinds.PDF, 2), (LETTER + b"\r\n", kinds.PDF, 2), (pdf("One", trailer=b" " * 100), kinds.PDF, 1),
        (locked(""), kinds.PDF, 1),  # only printing is forbidden: anybody may read it
        (picture("JPEG") + b"\0\0\0\x18ftypmp42 the film of a live photo", kinds.JPEG, 1),
    ],
)  # fmt: skip
def test_an_honest_paper_is_taken_in(data, mime, pages):
    found = looking.look(data)
    assert (found.mime, found.pages) == (mime, pages)


def bomb_png(side):
    """A PNG of few bytes that says it is `side` pixels wide and high."""
    def chunk(kind, body):
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")


HTML = b"<html><script>alert(1)</script></html>"
HOSTILE = [
    (b"", problems.PaperEmpty), (b" \n\0", problems.PaperEmpty), (b"a" * (limits.PAPER_BYTES_MAX + 1), problems.PaperTooLarge),
    (locked("secret"), problems.PaperLocked), (LETTER[: len(LETTER) // 2], problems.PaperBroken), (b"%PDF-1.7\nnothing\n%%EOF", problems.PaperBroken),
    (pdf(), problems.PaperBroken), (LETTER + HTML, problems.PaperDouble), (LETTER + zipped(a="x"), problems.PaperDouble),
    (LETTER[:-7] + zipped(a="x") + b"\n%%EOF\n", problems.PaperDouble), (picture() + zipped(a="x"), problems.PaperDouble),
    (picture("JPEG") + LETTER, problems.PaperDouble), (picture() + b"MZ\x90\0", problems.PaperDouble), (picture() + HTML, problems.PaperDouble),
    (picture("TIFF") + zipped(a="x"), problems.PaperDouble),
    (HTML, problems.PaperMarkup), (b"\n <!DOCTYPE html><p>", problems.PaperMarkup), (b'<?xml version="1.0"?><a/>', problems.PaperMarkup),
    (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', problems.PaperMarkup), ("<svg/>".encode("utf-16"), problems.PaperMarkup),
    (b"\xef\xbb\xbf<svg/>", problems.PaperMarkup),
    (b"MZ\x90\0\x03", problems.PaperProgram), (b"\x7fELF\x02\x01", problems.PaperProgram), (b"#!/bin/sh\nrm -rf /", problems.PaperProgram),
    (b"\0\0\0\x18ftypheic\0\0\0\0", problems.PaperPhoto), (b"\0\0\0\x18ftypmif1\0\0\0\0", problems.PaperPhoto),
    (zipped(**{"word/document.xml": "x"}), problems.PaperUnknown), (b"{\\rtf1 x}", problems.PaperUnknown), (b"GIF89a\x01\0\x01\0", problems.PaperUnknown),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", problems.PaperUnknown), (b"%!PS-Adobe", problems.PaperUnknown), (b"BM\0\0", problems.PaperUnknown),
    (b"RIFF\x10\0\0\0WEBPVP8 ", problems.PaperUnknown),
    (bomb_png(60_000), problems.PaperTooHeavy), (bomb_png(9_000), problems.PaperTooHeavy), (picture()[:-20], problems.PaperBroken),
    (picture("JPEG")[:200], problems.PaperBroken), (b"II*\0\x08\0\0\0" + b"\xff" * 40, problems.PaperBroken),
]  # fmt: skip


@pytest.mark.parametrize(("data", "why"), HOSTILE, ids=[f"{number}-{why.__name__}" for number, (_, why) in enumerate(HOSTILE)])
def test_what_means_harm_or_is_broken_is_refused_in_words(data, why):
    with pytest.raises(why) as refused:
        looking.look(data)
    assert refused.value.title and refused.value.remedy and refused.value.status in {413, 422}


def test_five_hundred_pages_are_taken_and_one_more_is_not():
    assert looking.look(pdf(*["x"] * limits.PAGES_MAX)).pages == limits.PAGES_MAX
    with pytest.raises(problems.PaperTooMany):
        looking.look(pdf(*["x"] * (limits.PAGES_MAX + 1)))


def test_what_a_pdf_would_do_when_opened_is_said():
    script = pdf("One", catalog=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> ")
    assert looking.look(script).inside == ("instructions that run when it is opened",)


@pytest.mark.parametrize("letter", [(612, 792), (10_000, 14_000), (3, 3), (14_400, 20)])
def test_a_page_is_drawn_within_bounds(letter):
    from PIL import Image

    with Image.open(io.BytesIO(looking.page(pdf("One", letter=letter), 0))) as drawn:
        assert drawn.width <= limits.PREVIEW_PIXELS_WIDE_MAX and drawn.height <= limits.PREVIEW_PIXELS_HIGH_MAX


def test_a_photo_taken_sideways_stands_upright_and_tells_no_place():
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (38.0, 53.0, 0.0)}
    drawn = Image.open(io.BytesIO(looking.page(picture("JPEG", size=(160, 120), exif=exif), 0)))
    assert drawn.size == (120, 160) and not drawn.getexif() and not drawn.info.get("exif")


@pytest.mark.parametrize("number", [-1, 2, 10**9])
def test_a_page_that_is_not_there_is_said(number):
    for data in (LETTER, picture(), b"text"):
        with pytest.raises(problems.PageAbsent):
            looking.page(data, number)


def test_pages_of_pdf_and_pictures_become_one_and_text_is_said():
    whole = looking.assemble([LETTER, picture("JPEG"), picture("TIFF", pages=2)], [(0, 1), (1, 0), (2, 1), (0, 0)])
    assert looking.look(whole).pages == 4 and looking.look(whole).text.startswith("Page two")
    with pytest.raises(problems.PagesUnjoinable):
        looking.assemble([b"text"], [(0, 0)])
    with pytest.raises(problems.PageAbsent):
        looking.assemble([LETTER], [(0, 2)])


@settings(max_examples=150)
@given(st.sampled_from([LETTER, picture(), picture("JPEG"), picture("TIFF", pages=2), b"Plain text"]), st.data())
def test_bytes_changed_about_are_read_or_refused_never_a_fault(data, draw):
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 12))):
        at = draw.draw(st.integers(0, len(changed) - 1))
        if draw.draw(st.booleans()):
            changed[at] = draw.draw(st.integers(0, 255))
        else:
            del changed[at : at + draw.draw(st.integers(1, 30))]
            if not changed:
                break
    for question in ({"do": "look"}, {"do": "page", "page": 0}, {"do": "assemble", "pages": [(0, 0)]}):
        facts, _ = answer(question, [bytes(changed)])
        assert "problem" not in facts or facts["problem"] in problems.BY_CODE


@given(st.binary(max_size=300))
def test_any_bytes_are_some_kind_or_refused(data):
    try:
        assert kinds.sniff(data).mime in kinds.ENDINGS
    except Problem as problem:
        assert problem.code in problems.BY_CODE
