from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.kernel import ids


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(0, 2**74 - 1))
def test_uuid7_carries_its_instant_version_and_variant(at, bits):
    made = ids.uuid7(at.replace(tzinfo=UTC), bits)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(at.replace(tzinfo=UTC).timestamp() * 1000)


def test_later_ids_sort_after_earlier_ones():
    start = datetime(2026, 11, 24, 10, 22, tzinfo=UTC)
    made = [str(ids.uuid7(start + timedelta(milliseconds=n))) for n in range(50)]
    assert made == sorted(made)


def test_derived_ids_tell_parts_apart():
    assert ids.uuid5_of("a", "bc") != ids.uuid5_of("ab", "c")
    assert ids.uuid5_of("rule", "Patient/1") == ids.uuid5_of("rule", "Patient/1")
