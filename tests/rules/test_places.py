"""The places of the rail."""

from waypost.web.places import PLACES


def test_no_two_places_have_one_letter():
    letters = [place.go for place in PLACES if place.go]
    assert len(set(letters)) == len(letters)
