"""Papers as tagged PDF (PDF/UA-1): what stands on them comes in as JSON, a template of the same folder lays it out."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import typst

from waypost.messaging.rules.day_sheets import DaySheet
from waypost.messaging.rules.door_sheets import DoorSheet
from waypost.messaging.rules.labels import Labels
from waypost.messaging.rules.letters import Letter
from waypost.messaging.rules.referral_letters import ReferralLetter
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


def door_sheet(one: DoorSheet) -> bytes:
    """Return what hangs at a door as PDF: one page, its text as large as the day's lines allow."""
    return _pdf("door_sheet.typ", "sheet", asdict(one))


def referral(letter: ReferralLetter, files_: Mapping[str, bytes] | None = None) -> bytes:
    """Return a referral letter, or the packet behind it; `files_` are the pictures that it names."""
    return _pdf("referral.typ", "letter", asdict(letter), files_)


def png(letter: Letter, *, per_inch: int = 96) -> bytes:
    """Return the letter's first page as a picture, for a look on the desk before it is printed."""
    found = typst.compile(
        _sources("letter.typ"),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(letter.as_json())},
        format="png",
        ppi=per_inch,
    )
    return cast("bytes", found[0] if isinstance(found, list) else found)


def _pdf(
    template: str, name: str, content: Mapping[str, Any], more: Mapping[str, bytes] | None = None
) -> bytes:
    """Compile a template. Pictures are reached as files of a folder that nobody else reads and that is then gone."""
    if not more:
        return _compile(_sources(template), name, content)
    with TemporaryDirectory(prefix="waypost-paper-") as folder:
        root = Path(folder)
        for one in (template, _SHARED):
            (root / one).write_bytes((_FOLDER / one).read_bytes())
        for file, data in more.items():
            (root / file).write_bytes(data)
        return _compile(root / template, name, content, root=folder)


def _compile(source: Any, name: str, content: Mapping[str, Any], **more: Any) -> bytes:
    return typst.compile(
        source,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(content)},
        format="pdf",
        pdf_standards=UA,
        **more,
    )


def _sources(template: str) -> Any:
    """Return the files that a template may read, itself as `main` (typst's types know single files only)."""
    return {"main": (_FOLDER / template).read_bytes(), _SHARED: (_FOLDER / _SHARED).read_bytes()}
