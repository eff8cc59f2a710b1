"""What a file is, told from its own bytes. A name or a declared type is never asked."""

import re
from dataclasses import dataclass

from waypost.formats.papers import limits
from waypost.formats.papers.problems import (
    PaperBroken,
    PaperDouble,
    PaperEmpty,
    PaperMarkup,
    PaperPhoto,
    PaperProgram,
    PaperTooLarge,
    PaperUnknown,
)

PDF, JPEG, PNG, TIFF, TEXT = "application/pdf", "image/jpeg", "image/png", "image/tiff", "text/plain"
PICTURES = frozenset({JPEG, PNG, TIFF})
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png", TIFF: "tif", TEXT: "txt"}

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!", b"\0asm")
_HEIF = re.compile(rb"....ftyp(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)", re.DOTALL)
_MARKUP = re.compile(
    rb"\s*(?:<\?xml|<!doctype|<!--|<html|<svg|<head|<body|<script|<iframe|<object|<embed|<img|<link|<meta|<style)", re.IGNORECASE
)
# What a second file begins with; looked for right behind the end of the first.
_SECOND = (b"%PDF-", b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"\x1f\x8b", *_PROGRAMS)
_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES_MAX = 65_557  # the record with the longest comment it may have


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The kind of a file, and the words of a text."""

    mime: str
    text: str = ""


def sniff(data: bytes) -> Sniffed:
    """Return what these bytes are. Raises the problem that says why they are not taken in."""
    if not data.strip(b"\0 \t\r\n"):
        raise PaperEmpty
    if len(data) > limits.PAPER_BYTES_MAX:
        raise PaperTooLarge
    if data.startswith(b"%PDF-"):
        _refuse_after_pdf(data)
        return Sniffed(PDF)
    if data.startswith(b"\xff\xd8\xff"):
        _refuse_second(data, data.rfind(b"\xff\xd9") + 2)
        return Sniffed(JPEG)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        _refuse_second(data, _end_of_png(data))
        return Sniffed(PNG)
    if data[:4] in {b"II*\0", b"MM\0*"}:
        _refuse_second(data, len(data))
        return Sniffed(TIFF)
    if _HEIF.match(data):
        raise PaperPhoto
    if data.startswith(_PROGRAMS):
        raise PaperProgram
    if _MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")):
        raise PaperMarkup
    return Sniffed(TEXT, _text(data))


def _refuse_after_pdf(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise PaperBroken
    tail = data[end + 5 :].strip(b"\0 \t\r\n\x1a")
    if len(tail) > limits.TAIL_BYTES_MAX or _MARKUP.search(tail):
        raise PaperDouble
    _refuse_zip(data)


def _refuse_second(data: bytes, end: int) -> None:
    """Refuse another file behind the end of this one. Phones put films and depth maps there: those are left alone."""
    tail = data[end:].lstrip(b"\0 \t\r\n")
    if tail.startswith(_SECOND) or _MARKUP.match(tail):
        raise PaperDouble
    _refuse_zip(data)


def _refuse_zip(data: bytes) -> None:
    """Refuse what a ZIP program would open too: it reads from the end."""
    at = data.rfind(_ZIP_END, max(0, len(data) - _ZIP_END_BYTES_MAX))
    if at >= 0 and len(data) - at >= 22 and b"PK\x01\x02" in data:
        raise PaperDouble


def _end_of_png(data: bytes) -> int:
    at = 8
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    raise PaperBroken


def _text(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_prose(text):
            if _MARKUP.match(text.encode()[:400]):
                raise PaperMarkup
            return text
    raise PaperUnknown


def _is_prose(text: str) -> bool:
    """Tell whether it is text to be read: no control characters but those of lines and pages, and not too long."""
    controls = sum(1 for letter in text if ord(letter) < 32 and letter not in "\t\n\r\f\x0b\x1a")
    return controls == 0 and len(text) <= limits.TEXT_CHARACTERS_MAX and not text.startswith(("{\\rtf", "%!PS"))
