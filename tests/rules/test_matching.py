"""What the find box reads and who fits best: rules alone, no database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.registry.matching import Asked, Known, fit, likely_same, name_keys, read_asked, slips, steps
from waypost.registry.sounds import plain, sound

TODAY = date(2026, 11, 24)
MARISOL = Known(
    words=("marisol", "castillo", "reyes", "mari"),
    born=date(1957, 3, 12),
    birth="1957-03-12",
    phones=("2025550142",),
    mrns=("004182",),
)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Castillo, Marisol", Asked(words=("castillo", "marisol"))),
        ("castillo 3/12/57", Asked(words=("castillo",), dates=(date(1957, 3, 12), date(1957, 12, 3)))),
        ("Mar 12 1957 castillo", Asked(words=("castillo",), dates=(date(1957, 3, 12),))),
        ("may brandt", Asked(words=("may", "brandt"))),
        ("4182", Asked(mrns=("004182",), phones=("4182",))),
        ("004 182", Asked(mrns=("004182",))),
        ("MRN 004182", Asked(mrns=("004182",))),
        ("(202) 555-0142", Asked(phones=("2025550142",))),
        ("+1 202 555 0142", Asked(phones=("2025550142",))),
        ("555-0142", Asked(phones=("5550142",))),
        ("castillo 1957", Asked(words=("castillo",), mrns=("001957",), phones=("1957",), year=1957)),
        ("03121957", Asked(dates=(date(1957, 3, 12), date(1957, 12, 3)))),
        ("Ms. O’Brien", Asked(words=("obrien",))),
        ("", Asked()),
        ("---", Asked()),
    ],
)
def test_the_box_reads_names_dates_and_numbers(text, asked):
    assert read_asked(text, TODAY) == asked


@pytest.mark.parametrize(
    "text",
    [
        "castilo marisol",
        "reyes mari",
        "kastillo",
        "castillo reyes 12/3/57",
        "marisol 1957",
        "castilloreyes",
        "cas tillo",
        "2025550143 castillo",
        "MARÍSOL",
    ],
)
def test_a_slip_still_fits(text):
    assert fit(read_asked(text, TODAY), MARISOL) > 0.7


@pytest.mark.parametrize(
    "text", ["okafor daniel", "marisol okafor 7/3/1981", "2025559999", "3/12/1958 brandt"]
)
def test_another_person_does_not_fit(text):
    assert fit(read_asked(text, TODAY), MARISOL) < 0.6


def test_the_whole_name_fits_better_than_half_of_it():
    asked = read_asked("marisol castillo", TODAY)
    half = Known(words=("marisol", "okafor"), born=None, birth="", phones=(), mrns=())
    assert fit(asked, MARISOL) > fit(asked, half) + 0.2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("katherine", "catherine"),
        ("jimenez", "gimenez"),
        ("philip", "filip"),
        ("hernandez", "ernandes"),
        ("schmidt", "schmit"),
        ("vazquez", "basques"),
    ],
)
def test_names_that_sound_alike_share_a_code(one, other):
    assert sound(one) == sound(other)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12), st.data())
def test_one_slip_always_shares_a_form(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    for wrong in (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at + 1 :],
        word[:at] + letter + word[at:],
    ):
        assert slips(wrong) & slips(word)
    if at + 1 < len(word):
        assert slips(word[:at] + word[at + 1] + word[at] + word[at + 2 :]) & slips(word)


@given(st.text(max_size=60))
def test_no_text_breaks_the_box(text):
    asked = read_asked(text, TODAY)
    fit(asked, MARISOL)
    for step in steps(asked):
        assert all(step.groups)


@given(st.lists(st.text(min_size=1, max_size=20), max_size=4))
def test_every_word_of_a_name_is_a_key(names):
    keys = name_keys(names)
    assert all(f"={word}" in keys for name in names for word in plain(name).split())


def test_duplicates_are_likely_by_name_and_birth_date_or_phone():
    same = Asked(words=("castilo", "marisol"), dates=(date(1957, 3, 12),))
    twin = Asked(words=("castillo", "reyes", "lucia"), dates=(date(1957, 3, 12),))
    namesake = Asked(words=("castillo", "marisol"), dates=(date(1990, 1, 1),))
    caller = Asked(words=("castillo", "marisol"), dates=(date(1990, 1, 1),), phones=("2025550142",))
    assert likely_same(same, MARISOL) > likely_same(twin, MARISOL) > 0
    assert likely_same(namesake, MARISOL) == 0
    assert likely_same(caller, MARISOL) > 0
