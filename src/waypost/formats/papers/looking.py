"""Looking into a paper: how many pages, what words, one page as a picture. Runs in a process of its own."""

import io
from dataclasses import dataclass
from typing import Any

from waypost.formats.papers import kinds, limits
from waypost.formats.papers.problems import (
    PageAbsent,
    PagesUnjoinable,
    PaperBroken,
    PaperLocked,
    PaperRefused,
    PaperTooHeavy,
    PaperTooMany,
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a paper is and says."""

    mime: str
    pages: int
    text: str
    inside: tuple[str, ...] = ()  # what a PDF carries besides its pages: 'a script', 'attached files'


def load() -> None:
    """Load what reads papers, ahead of the first."""
    import pypdf
    import pypdfium2
    from PIL import Image

    assert pypdf and pypdfium2
    Image.preinit()


def look(data: bytes) -> Look:
    """Return what a paper is. Raises what `kinds.sniff` does, and for what cannot be read to its end."""
    found = kinds.sniff(data)
    if found.mime == kinds.TEXT:
        return Look(found.mime, 1, found.text[: limits.READ_CHARACTERS_MAX])
    if found.mime == kinds.PDF:
        return _look_at_pdf(data)
    with _picture(data) as picture:
        frames = getattr(picture, "n_frames", 1) if found.mime == kinds.TIFF else 1
        if frames > limits.PAGES_MAX:
            raise PaperTooMany
        for frame in range(frames):
            _turn_to(picture, frame)
            if frame == 0:
                _load(picture)
    return Look(found.mime, frames, "")


def page(data: bytes, number: int) -> bytes:
    """Return one page, counted from 0, as a PNG made here: no byte of the paper's own reaches a browser."""
    mime = kinds.sniff(data).mime
    if mime == kinds.TEXT:
        raise PageAbsent
    picture = _pdf_page(data, number) if mime == kinds.PDF else _picture_page(data, number)
    picture.thumbnail((limits.PREVIEW_PIXELS_WIDE_MAX, limits.PREVIEW_PIXELS_HIGH_MAX))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()


def assemble(papers: list[bytes], chosen: list[tuple[int, int]]) -> bytes:
    """Return a new PDF of chosen pages, each (which paper, which page of it), in that order."""
    from pypdf import PdfReader, PdfWriter

    readers: dict[int, PdfReader] = {}
    writer = PdfWriter()
    if not 0 < len(chosen) <= limits.PAGES_MAX:
        raise PaperTooMany if chosen else PageAbsent
    for which, number in chosen:
        if which not in readers:
            readers[which] = _reader(_as_pdf(papers[which]))
        pages = readers[which].pages
        if not 0 <= number < len(pages):
            raise PageAbsent
        writer.add_page(pages[number])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# ---------------------------------------------------------------- PDF


def _reader(data: bytes) -> Any:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise PaperLocked
    return reader


def _look_at_pdf(data: bytes) -> Look:
    try:
        reader = _reader(data)
        pages = len(reader.pages)
        if pages > limits.PAGES_MAX:
            raise PaperTooMany
        inside = _inside(reader)
    except (PaperRefused, MemoryError):
        raise
    except Exception as error:
        raise PaperBroken from error
    if pages == 0:
        raise PaperBroken
    return Look(kinds.PDF, pages, _pdf_text(data, pages), inside)


def _inside(reader: Any) -> tuple[str, ...]:
    root = reader.trailer["/Root"]
    names = root.get("/Names") or {}
    found = []
    if "/OpenAction" in root or "/AA" in root or "/JavaScript" in names:
        found.append("instructions that run when it is opened")
    if "/EmbeddedFiles" in names:
        found.append("attached files")
    return tuple(found)


def _opened(data: bytes) -> Any:
    import pypdfium2 as pdfium

    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise (PaperLocked if "password" in str(error).lower() else PaperBroken) from error


def _pdf_text(data: bytes, pages: int) -> str:
    said: list[str] = []
    document = _opened(data)
    if len(document) != pages:
        raise PaperBroken
    for number in range(min(pages, limits.READ_PAGES_MAX)):
        said.append(_words(document[number]))
        if sum(map(len, said)) > limits.READ_CHARACTERS_MAX:
            break
    return "\f".join(said)[: limits.READ_CHARACTERS_MAX].replace("\0", " ")


def _words(one: Any) -> str:
    return one.get_textpage().get_text_bounded()


def _pdf_page(data: bytes, number: int) -> Any:
    document = _opened(data)
    if not 0 <= number < len(document):
        raise PageAbsent
    one = document[number]
    wide, high = one.get_size()
    if not (wide > 0 and high > 0):
        raise PaperBroken
    scale = min(
        limits.PREVIEW_DOTS_PER_INCH / 72, limits.PREVIEW_PIXELS_WIDE_MAX / wide, limits.PREVIEW_PIXELS_HIGH_MAX / high
    )
    return one.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")


# ---------------------------------------------------------------- pictures


def _picture(data: bytes) -> Any:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = limits.PAGE_PIXELS_MAX
    try:
        return Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "TIFF"))
    except Image.DecompressionBombError as error:
        raise PaperTooHeavy from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, TypeError, EOFError) as error:
        raise PaperBroken from error


def _turn_to(picture: Any, frame: int) -> None:
    try:
        picture.seek(frame)
    except EOFError as error:
        raise (PageAbsent if frame else PaperBroken) from error
    except Exception as error:
        raise PaperBroken from error
    if picture.width * picture.height > limits.PAGE_PIXELS_MAX:
        raise PaperTooHeavy


def _load(picture: Any) -> None:
    try:
        picture.load()
    except MemoryError:
        raise
    except Exception as error:
        raise PaperBroken from error


def _picture_page(data: bytes, number: int) -> Any:
    from PIL import ImageOps

    if number < 0:
        raise PageAbsent
    picture = _picture(data)
    _turn_to(picture, number)
    _load(picture)
    shown = ImageOps.exif_transpose(picture) or picture
    if shown.mode in {"RGBA", "LA", "PA"} or "transparency" in shown.info:
        return _on_paper(shown)
    return shown.convert("L" if shown.mode in {"1", "L"} else "RGB")


def _on_paper(picture: Any) -> Any:
    from PIL import Image

    whole = picture.convert("RGBA")
    paper = Image.new("RGB", whole.size, "white")
    paper.paste(whole, mask=whole.getchannel("A"))
    return paper


def _as_pdf(data: bytes) -> bytes:
    """Return a picture's pages as PDF pages, upright and whole; a PDF stays as it is."""
    mime = kinds.sniff(data).mime
    if mime == kinds.PDF:
        return data
    if mime == kinds.TEXT:
        raise PagesUnjoinable
    pages = [_picture_page(data, number) for number in range(look(data).pages)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=_resolution(pages[0]))
    return out.getvalue()


def _resolution(picture: Any) -> float:
    """Return the dots per inch at which a page is as wide as letter paper."""
    return max(72.0, picture.width / 8.5)
