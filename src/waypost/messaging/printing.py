"""Papers as tagged PDF (PDF/UA-1): what stands on them comes in as JSON, a template of the same folder lays it out."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import typst

from waypost.messaging.rules.day_sheets import DaySheet
from waypost.messaging.rules.labels import Labels
from waypost.messaging.rules.letters import Letter
from waypost.messaging.rules.slips import Slip

_FOLDER = Path(__file__).parent
_SHARED = "paper.typ"  # what all templates but the letter's begin with
UA = "ua-1"


@cache
def _fonts() -> typst.Fonts:
    folder = files("fontpkg_atkinson_hyperlegible") / "files"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])


def pdf(letter: Letter) -> bytes:
    """Return the letter as PDF. The template shrinks its text until the letter fits on one page."""
    return _pdf("letter.typ", "letter", letter.as_json())


def slip(one: Slip) -> bytes:
    """Return a check-in slip as PDF: one page."""
    return _pdf("slip.typ", "slip", asdict(one))


def labels(one: Labels) -> bytes:
    """Return a sheet of labels as PDF, cut as its stock is."""
    return _pdf("labels.typ", "labels", asdict(one))


def day_sheet(one: DaySheet) -> bytes:
    """Return a day sheet as PDF, as many pages as it takes, its head on each."""
    return _pdf("day_sheet.typ", "sheet", asdict(one))


def png(letter: Letter, *, per_inch: int = 96) -> bytes:
    """Return the letter's first page as a picture, for a look on the desk before it is printed."""
    found = typst.compile(
        _sources("letter.typ", {}),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(letter.as_json())},
        format="png",
        ppi=per_inch,
    )
    return cast("bytes", found[0] if isinstance(found, list) else found)


def _pdf(template: str, name: str, content: Mapping[str, Any]) -> bytes:
    return typst.compile(
        _sources(template, {}),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(content)},
        format="pdf",
        pdf_standards=UA,
    )


def _sources(template: str, more: Mapping[str, bytes]) -> Any:
    """Return the files that a template may read, itself as `main` (typst's types know single files only)."""
    return {"main": (_FOLDER / template).read_bytes(), _SHARED: (_FOLDER / _SHARED).read_bytes(), **more}
