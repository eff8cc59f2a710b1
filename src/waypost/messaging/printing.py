"""Letters as tagged PDF (PDF/UA-1), one page."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import cast

import typst

from waypost.messaging.rules.letters import Letter

_TEMPLATE = Path(__file__).with_name("letter.typ")


@cache
def _fonts() -> typst.Fonts:
    folder = files("fontpkg_atkinson_hyperlegible") / "files"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])


def pdf(letter: Letter) -> bytes:
    """Return the letter as PDF. The template shrinks its text until the letter fits on one page."""
    return typst.compile(
        _TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(letter.as_json())},
        format="pdf",
        pdf_standards="ua-1",
    )


def png(letter: Letter, *, per_inch: int = 96) -> bytes:
    """Return the letter's first page as a picture, for a look on the desk before it is printed."""
    found = typst.compile(
        _TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(letter.as_json())},
        format="png",
        ppi=per_inch,
    )
    return cast("bytes", found[0] if isinstance(found, list) else found)
