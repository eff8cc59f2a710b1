"""The pictures of the documentation: each is drawn by the script, and light enough."""

from scripts.pictures import BYTES_MAX, PICTURES, PLACE


def test_no_picture_of_the_documentation_is_heavier_than_it_may_be():
    drawn = {path.stem: path.stat().st_size for path in PLACE.glob("*.png")}
    assert set(drawn) == {picture.name for picture in PICTURES}
    assert not [name for name, size in drawn.items() if size > BYTES_MAX]
