"""Slips, labels, day sheets and their barcode, as pure composition and as tagged PDF."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters_cases import CLINIC, ZONE, at, recipient, visit

from waypost.formats.barcodes import _PATTERNS, code128
from waypost.messaging import printing
from waypost.messaging.rules import day_sheets, labels, slips


def slip(language, kinds=("result", "coverage"), **more):
    facts = dict(mrn="004182", kinds=kinds, staff=["Needs: wheelchair"], arrived=at(8, 12), now=at(8, 13))
    return slips.compose(CLINIC, recipient(language), visit(language), **{**facts, **more})


def tagged(data, language):
    """Say whether a PDF has structure, is marked so, names its language and claims PDF/UA."""
    assert data.startswith(b"%PDF-")
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", data)
    assert b"/StructTreeRoot" in data
    assert re.search(rb"/Lang\s*\(" + language.encode(), data)
    assert b"pdfuaid:part" in data
    return True


@pytest.mark.parametrize("language", ["en", "es"])
def test_out_12_a_slip_reads_at_grade_6(language):
    assert slip(language, kinds=tuple(slips.ASKED_FOR)).reading.easy


def test_a_slip_says_where_to_go_and_never_what_the_work_is_about():
    made = slip("es")
    assert made.title == "Su cita de hoy"
    assert ("Llegó a", "8:12 a. m.") in made.panel
    assert ("Primero vaya a", "Room 4, Ultrasound 2") in made.panel
    assert [row.time for row in made.stops] == ["8:30 a. m.", "9:15 a. m.", "2:00 p. m."]
    assert made.sections[0].lines[:2] == ("Una enfermera quiere hablar con usted. Pida verla.", "Muéstrenos la tarjeta de su plan de salud.")
    assert slip("en", arrived=None).panel[0] == ("Arrive at", "8:15 AM")
    assert slip("en", now=at(8, day=24)).title == "Your visit on Wednesday, November 25"


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_slip_is_one_tagged_page_in_its_language(language):
    data = printing.slip(slip(language, staff=["A long line that says what staff should know of this day"] * 20))
    assert tagged(data, language)
    assert b"/Count 1" in data


@pytest.mark.parametrize(("skip", "count"), [(0, 30), (29, 1), (4, 10)])
def test_labels_are_tagged_and_stay_on_one_sheet(skip, count):
    made = labels.compose(recipient("es"), mrn="004182", visit_day=date(2026, 11, 25), skip=skip, count=count)
    assert made.lines == ("Born 03/12/1957 · MRN 004 182", "Visit Wed, Nov 25, 2026")
    data = printing.labels(made)
    assert tagged(data, "en")
    assert b"/Count 1" in data


def test_a_label_of_one_without_a_number_or_birth_date_says_so():
    from dataclasses import replace

    made = labels.compose(replace(recipient("en"), born=None, mrn=""), mrn="")
    assert made.lines == ("Born not known · MRN not given",)
    assert made.bars == ()
    assert tagged(printing.labels(made), "en")


def test_a_day_sheet_goes_on_over_pages_each_with_its_head():
    line = day_sheets.Line("8:30 AM", "Castillo, Marisol", "Mar 12, 1957 · MRN 004 182", "Echo", "Room 4", ("Wheelchair",), "Booked")
    parts = [day_sheets.Part("Dr Lind", "cardiology", (line,) * 40), day_sheets.Part("Dr Abara", "", ())]
    sheet = day_sheets.compose("Day sheet", date(2026, 11, 25), site="Riverside", parts=parts, visits=40, now=at(8), zone=ZONE, by="Ines")
    assert sheet.said == "40 visits"
    assert "by Ines" in sheet.printed
    assert tagged(printing.day_sheet(sheet), "en")


# ---------------------------------------------------------------- Code 128, read back


def read(widths):
    """Read a Code 128 of our two alphabets back, as a scanner would: patterns of six widths, check character, stop."""
    *parts, stop = [*(widths[n : n + 6] for n in range(0, len(widths) - 7, 6)), widths[-7:]]
    values = [_PATTERNS.index("".join(map(str, part))) for part in parts]
    assert "".join(map(str, stop)) == _PATTERNS[106]
    start, *body, check = values
    assert check == (start + sum(n * value for n, value in enumerate(body, 1))) % 103
    return "".join(f"{value:02d}" for value in body) if start == 105 else "".join(chr(value + 32) for value in body)


def test_code_128_patterns_are_those_of_the_standard():
    assert len(set(_PATTERNS)) == 107
    assert {sum(map(int, one)) for one in _PATTERNS[:-1]} == {11}
    assert all(sum(map(int, one[::2])) % 2 == 0 for one in _PATTERNS[:-1])  # bars are of even width in all
    # The worked example has 54 with start A, which counts one less.
    assert code128("PJJ123C")[:6] == (2, 1, 1, 2, 1, 4)  # start B
    assert _PATTERNS[55] == "".join(map(str, code128("PJJ123C")[-13:-7]))


@given(st.text(alphabet=[chr(n) for n in range(32, 127)], min_size=1, max_size=30))
def test_code_128_says_what_was_put_in(text):
    assert read(code128(text)) == text


@pytest.mark.parametrize("text", ["", "Peña", "a\tb"])
def test_code_128_refuses_what_it_cannot_hold(text):
    with pytest.raises(ValueError, match="printable ASCII"):
        code128(text)
