"""OUT-12: the reading grade, against published arithmetic and against textstat."""

import pytest
import textstat
from textstat.backend.counts import _count_syllables

from waypost.messaging.rules import readability as r

LETTER = (
    "We look forward to seeing you. Do not eat for four hours before you come. You can drink water. "
    "Wear a shirt that opens in front. Call us as soon as you know. We will find a new time with you."
)
HARD = (
    "Discontinue anticoagulant administration approximately forty-eight hours preceding the scheduled procedure, "
    "unless otherwise directed by the prescribing cardiologist, and coordinate transportation accordingly."
)
CARTA = (
    "Lo esperamos en la clínica. No coma cuatro horas antes. Puede beber agua. Use una camisa que se abra por delante. "
    "Llame cuando lo sepa. Buscamos otra hora con usted."
)


def test_out_12_example_fkgl():
    assert r.flesch_kincaid(words=100, sentences=10, syllables=130) == 3.65


def test_out_12_example_smog():
    assert round(r.smog(sentences=30, polysyllables=16), 2) == 7.30


@pytest.mark.parametrize(
    ("word", "count"),
    [("water", 2), ("visit", 2), ("letter", 2), ("every", 2), ("interpreter", 4), ("medicine", 3), ("the", 1), ("called", 1),
     ("needed", 2), ("denied", 2), ("people", 2), ("language", 2), ("safety", 2), ("clinic", 2), ("tables", 2), ("houses", 2),
     ("doctor's", 2), ("video", 3), ("insurance", 3), ("rhythm", 1), ("echocardiogram", 6)],
)  # fmt: skip
def test_english_syllables(word, count):
    assert r.english_syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [("cita", 2), ("día", 2), ("teléfono", 4), ("guerra", 2), ("queso", 2), ("aire", 2), ("leer", 2), ("y", 1), ("muy", 1),
     ("usted", 2), ("ahora", 3), ("país", 2), ("pingüino", 3), ("construir", 2), ("expediente", 4), ("ya", 1), ("ayuda", 3)],
)  # fmt: skip
def test_spanish_syllables(word, count):
    assert r.spanish_syllables(word) == count


@pytest.fixture
def ask_textstat(monkeypatch):
    """textstat would fetch a dictionary from the network; it falls back to hyphenation, which counts a little low."""
    monkeypatch.setattr(_count_syllables, "get_cmudict", lambda lang: {})
    _count_syllables.count_syllables.cache_clear() if hasattr(
        _count_syllables.count_syllables, "cache_clear"
    ) else None
    return textstat


@pytest.mark.parametrize("text", [LETTER, HARD, f"{LETTER} {HARD}"])
def test_out_12_agrees_with_textstat_in_english(ask_textstat, text):
    ask_textstat.set_lang("en_US")
    ours = r.measure(text, "en")
    assert ours.words == pytest.approx(
        ask_textstat.lexicon_count(text), abs=1
    )  # forty-eight: one word or two
    assert ours.sentences == ask_textstat.sentence_count(text)
    theirs = r.flesch_kincaid(ours.words, ours.sentences, ask_textstat.syllable_count(text))
    assert ours.grade == pytest.approx(theirs, abs=1.6)
    assert r.flesch_kincaid(
        ask_textstat.lexicon_count(text), ask_textstat.sentence_count(text), ask_textstat.syllable_count(text)
    ) == (pytest.approx(ask_textstat.flesch_kincaid_grade(text), abs=0.02))


def test_out_12_agrees_with_textstat_in_spanish(ask_textstat):
    ask_textstat.set_lang("es")
    assert r.measure(CARTA, "es").grade == pytest.approx(
        ask_textstat.crawford(CARTA), abs=1.0
    )  # hyphens are fewer than syllables


def test_out_12_gate():
    assert r.measure(LETTER, "en").easy
    assert not r.measure(HARD, "en").easy
    assert r.measure(CARTA, "es").easy


def test_out_12_drug_names_and_addresses_are_masked():
    text = "Do not take hydrochlorothiazide on that day. Come to 1200 Massachusetts Avenue."
    bare = r.measure(text, "en")
    masked = r.measure(text, "en", facts=["hydrochlorothiazide", "1200 Massachusetts Avenue"])
    assert masked.grade < bare.grade - 4
    assert masked.sentences == bare.sentences == 2


def test_doctor_ends_no_sentence():
    assert r.measure("You see Dr. Lind at noon. Bring a list.", "en").sentences == 2


@pytest.mark.parametrize("text", ["", "  ", "123 456", "?!"])
def test_nothing_to_read(text):
    assert r.measure(text, "en").grade <= 0
