"""Papers are opened in a process that knows no secret, and that alone dies of a paper that eats memory or time."""

import time
from pathlib import Path

import pytest
from tests.paper_cases import pdf, picture

from waypost.chart.documents import opening
from waypost.formats.papers import limits, problems


@pytest.fixture(autouse=True)
def helper():
    """A helper of the test's own."""
    opening.stop()
    yield
    opening.stop()


def test_what_is_asked_is_answered_from_the_other_process():
    found = opening.look(pdf(["Dear colleague,"], ["two"]))
    assert (found.pages, found.text[:15]) == (2, "Dear colleague,")
    assert opening.picture(pdf("One"), 0).startswith(b"\x89PNG")
    assert opening.look(opening.assemble([pdf("One"), picture()], [(1, 0), (0, 0)])).pages == 2
    with pytest.raises(problems.PaperBroken):
        opening.look(b"%PDF-1.7\n%%EOF")


def test_it_knows_no_secret(monkeypatch, tmp_path):
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\nenv > {tmp_path}/env\n")
    spy.chmod(0o700)
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("WAYPOST_SECRET_KEY_FILE", "/secret")
    monkeypatch.setattr(opening.sys, "executable", str(spy))
    with pytest.raises(problems.PaperTooHeavy):
        opening.look(pdf("A paper nobody has looked at"))
    assert "secret" not in (tmp_path / "env").read_text()


@pytest.mark.parametrize("harm", ["x = bytearray(8 << 30)", "while True: pass", "import os; os.abort()", "open('harm', 'w').write('x')"])
def test_a_paper_that_eats_memory_or_time_is_refused_and_nothing_else_suffers(monkeypatch, tmp_path, harm):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "sitecustomize"
    folder.mkdir()
    # The parser itself is made to misbehave, as a fault in it could be made to.
    (folder / "sitecustomize.py").write_text(
        "import waypost.formats.papers.looking as looking\n"
        f"def look(data):\n    {harm}\nlooking.look = look\n"
    )
    monkeypatch.setattr(opening.sys, "path", [str(folder), *opening.sys.path])
    monkeypatch.setattr(opening, "WAIT_SECONDS_MAX", 4)
    began = time.monotonic()
    with pytest.raises(problems.PaperRefused):
        opening.look(pdf(f"Paper {harm}"))
    assert time.monotonic() - began < limits.WAIT_SECONDS_MAX
    assert not Path("harm").exists() or not Path("harm").stat().st_size


def test_a_picture_is_drawn_once_and_kept_no_longer_than_there_is_room(monkeypatch):
    data = pdf("Drawn once")
    one = opening.picture(data, 0)
    monkeypatch.setattr(opening, "_ask", None)
    assert opening.picture(data, 0) is one


def test_one_that_has_ended_is_started_anew():
    assert opening.look(pdf("Before")).pages == 1
    opening._helper[1].kill()
    assert opening.look(pdf("After")).pages == 1
