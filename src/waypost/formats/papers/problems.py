"""Why a file is not taken in, with what mends it."""

from typing import ClassVar

from waypost.kernel.problem import Problem


class PaperRefused(Problem):
    """Any refusal of a file for what it holds."""

    code, status, issue = "papers.refused", 422, "value"
    title: ClassVar[str] = "This file cannot be taken in."


class PaperEmpty(PaperRefused):
    code = "papers.empty"
    title, remedy = "The file is empty.", "Save or scan it again, then add it."


class PaperTooLarge(PaperRefused):
    code, status, issue = "papers.too-large", 413, "too-long"
    title = "The file is larger than 11 MB."
    remedy = "Scan it in black and white or at 200 dots per inch, or add it in parts and join them here."


class PaperTooMany(PaperRefused):
    code, issue = "papers.too-many-pages", "too-long"
    title, remedy = "The file has more than 500 pages.", "Split it before adding it, or ask the sender for the part you need."


class PaperTooHeavy(PaperRefused):
    code, issue = "papers.too-heavy", "too-costly"
    title = "The file unpacks to more than can be shown."
    remedy = "Print it to a new PDF, or take a photo of it, and add that."


class PaperLocked(PaperRefused):
    code, issue = "papers.locked", "security"
    title = "The PDF asks for a password."
    remedy = "Open it with the password, print it to a new PDF, and add that; or ask the sender for one without."


class PaperBroken(PaperRefused):
    code = "papers.broken"
    title = "The file is damaged: it cannot be read to its end."
    remedy = "Ask the sender for it again, or scan the paper."


class PaperDouble(PaperRefused):
    code, issue = "papers.two-in-one", "security"
    title = "The file holds a second file of another kind inside it."
    remedy = "Print it to a new PDF and add that. If you did not expect it, tell whoever looks after your computers."


class PaperUnknown(PaperRefused):
    code = "papers.unknown-kind"
    title = "Only PDF, JPEG, PNG, TIFF and plain text are taken in."
    remedy = "Print it to a PDF, or take a photo of it, and add that."


class PaperPhoto(PaperRefused):
    code = "papers.heic"
    title = "This photo is in Apple's HEIC form, which cannot be read here."
    remedy = (
        "On the iPhone choose Settings, Camera, Formats, Most Compatible, and take it again; or share the photo as JPEG."
    )


class PaperMarkup(PaperRefused):
    code, issue = "papers.markup", "security"
    title = "Web pages and SVG drawings are not taken in, since they can hold programs."
    remedy = "Open it, print it to a PDF, and add that."


class PaperProgram(PaperRefused):
    code, issue = "papers.program", "security"
    title = "This file is a program, not a document."
    remedy = "Do not open it. If you did not expect it, tell whoever looks after your computers."


class PageAbsent(PaperRefused):
    code, status, issue = "papers.page-absent", 404, "not-found"
    title = "The document has no such page."


class PagesUnjoinable(PaperRefused):
    code = "papers.pages-unjoinable"
    title = "Pages can be taken from PDFs and pictures only."
    remedy = "Print the text to a PDF first."


EVERY = (
    PaperEmpty, PaperTooLarge, PaperTooMany, PaperTooHeavy, PaperLocked, PaperBroken, PaperDouble, PaperUnknown,
    PaperPhoto, PaperMarkup, PaperProgram, PageAbsent, PagesUnjoinable,
)  # fmt: skip
BY_CODE = {problem.code: problem for problem in EVERY}
