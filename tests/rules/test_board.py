"""The board, as boxes: to scale, nothing cut, nothing over another."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.kernel.spans import Span
from waypost.web.schedule import board

ZONE = "America/New_York"
DAY = date(2026, 11, 24)


def at(hour, minute=0, day=DAY):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def span(start, end):
    return Span(at(*start), at(*end))


def taken(start, end, key="v", **more):
    return board.Taken(**{"appointment": key, "span": span(start, end), "status": "booked", "name": "Silva, Rui ’64", "url": "/v", **more})


def lane(**more):
    return board.Lane(**{"key": "Practitioner/lind", "title": "Dr. Lind", "opened": (span((8, 0), (12, 0)), span((13, 0), (17, 0))),
                         "closed": ((span((12, 0), (13, 0)), "Lunch"),), **more})  # fmt: skip


def draw(*lanes, now=None):
    return board.draw(lanes, [DAY], zone=ZONE, now=now or at(7), free_url="/schedule/times?who={resource}&since={day}")


def test_height_is_time():
    drawn = draw(lane(taken=(taken((9, 0), (10, 0)),)))
    [card] = drawn.columns[0].visits
    assert (card.top, card.height) == (96, 95)
    assert drawn.height == 9 * 96
    [lunch] = drawn.columns[0].closed
    assert (lunch.top, lunch.height, lunch.label) == (4 * 96, 96, "Lunch")


def test_what_is_free_is_a_way_to_book_it():
    drawn = draw(lane(taken=(taken((8, 0), (11, 0)),)))
    labels = [box.label for box in drawn.columns[0].free]
    assert labels == ["Free 60 min", "Free 4 h"]
    assert drawn.columns[0].free[0].url == "/schedule/times?who=Practitioner/lind&since=2026-11-24"


def test_the_past_is_not_free():
    drawn = draw(lane(), now=at(10, 22))
    assert [box.label for box in drawn.columns[0].free] == ["Free 95 min", "Free 4 h"]
    assert drawn.columns[0].now == round(96 * (2 + 22 / 60))
    assert draw(lane(), now=at(18)).columns[0].now is None


def test_a_gap_too_low_for_a_finger_is_no_way():
    drawn = draw(lane(taken=(taken((8, 0), (9, 0)), taken((9, 10), (10, 0), "w"), taken((10, 15), (12, 0), "x"))))
    assert [(box.label, box.height) for box in drawn.columns[0].free] == [("Free 15 min", 24), ("Free 4 h", 383)]


def test_a_short_visit_has_a_whole_line():
    drawn = draw(lane(taken=(taken((9, 0), (9, 10)), taken((9, 10), (9, 20), key="w"))))
    first, second = drawn.columns[0].visits
    assert first.height >= board.CARD_PIXELS_MIN - 1
    assert first.top + first.height <= second.top + 1


def test_who_is_booked_over_another_stands_beside_them():
    drawn = draw(lane(taken=(taken((9, 0), (10, 0)), taken((9, 30), (10, 30), key="w"))))
    first, second = drawn.columns[0].visits
    assert (first.left, first.width) == (0, 50)
    assert (second.left, second.width) == (50, 50)


def test_a_room_for_several_is_free_until_it_is_full():
    two = lane(capacity=2, taken=(taken((8, 0), (12, 0)), taken((8, 0), (10, 0), key="w")))
    assert [box.label for box in draw(two).columns[0].free] == ["Free 2 h", "Free 4 h"]


def test_a_card_says_to_a_screen_reader_what_the_eye_sees():
    mark = board.Mark("languages", "Interpreter")
    [card] = draw(lane(taken=(taken((9, 0), (10, 0), birth_year="1964", visit_type="Consult", status="arrived", marks=(mark,)),))).columns[0].visits
    assert card.said == "Silva, Rui, born 1964, Consult · arrived, 9:00 AM to 10:00 AM, interpreter"
    assert card.kind == "here"


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 12)), max_size=12))
@settings(max_examples=150, deadline=None)
def test_no_card_covers_another(pairs):
    cards = [
        board.Taken(appointment=str(n), span=Span(at(8) + timedelta(minutes=5 * low), at(8) + timedelta(minutes=5 * (low + length))),
                    status="booked", name="A", url="/v")
        for n, (low, length) in enumerate(pairs)
    ]  # fmt: skip
    drawn = draw(lane(taken=tuple(cards)))
    boxes = drawn.columns[0].visits
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = one.top + one.height <= other.top or other.top + other.height <= one.top
            beside = one.left + one.width <= other.left + 0.05 or other.left + other.width <= one.left + 0.05
            assert apart or beside
