"""A name longer than any name costs no more than a name."""

from waypost.registry import limits
from waypost.registry.matching import name_keys


def test_a_name_of_ten_million_letters_has_few_keys():
    longest = limits.NAME_WORDS_MAX * 4 * limits.WORD_LETTERS_MAX + limits.NAME_WORDS_MAX**2
    assert len(name_keys(["x" * 10_000_000])) < longest
    assert len(name_keys(["ab " * 3_000_000])) < longest


def test_an_ordinary_name_keeps_every_key():
    assert "=castillo" in name_keys(["Marisol Castillo Reyes"])
    assert "=reyes" in name_keys(["Marisol Castillo Reyes"])
