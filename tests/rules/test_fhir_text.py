import copy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.formats.fhir import spans, text
from waypost.formats.fhir.problems import (
    BadCharacters,
    DuplicateKey,
    NotAnObject,
    NotANumber,
    NotJson,
    NotUtf8,
    TooDeep,
    TooLarge,
)

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc_é"), inner), max_leaves=12
)


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ('{"a":1,"a":2}', DuplicateKey),
        ('{"x":{"a":1,"b":2,"a":3}}', DuplicateKey),
        ('{"a":NaN}', NotANumber),
        ('{"a":-Infinity}', NotANumber),
        ("[1]", NotAnObject),
        ('"x"', NotAnObject),
        ('{"a":1,}', NotJson),
        ("{'a':1}", NotJson),
        ('{"a":1} // why', NotJson),
        ('{"a":"\n"}', NotJson),
        ('{"a":01}', NotJson),
        ("", NotJson),
        ('{"a":' * 5000 + "1" + "}" * 5000, TooDeep),
        ('{"a":' * 101 + "1" + "}" * 101, TooDeep),
        ('{"a":"\\u0000"}', BadCharacters),
        ('{"a\\u0000":1}', BadCharacters),
        ('{"a":"\\ud800"}', BadCharacters),
        (b'{"a":"\xff"}', NotUtf8),
        ('{"a":"' + "x" * (16 * 1024 * 1024) + '"}', TooLarge),
    ],
)
def test_what_cannot_be_read_with_certainty_is_refused(bad, problem):
    with pytest.raises(problem):
        text.parse(bad)


def test_what_only_looks_suspicious_is_read():
    assert text.parse('{"a":"\\\\u0000","b":"\\ud83d\\ude00"}') == {"a": "\\u0000", "b": "😀"}
    assert text.parse(b'\xef\xbb\xbf{"a":1}') == {"a": 1}
    assert text.parse('{"a":' * 100 + "1" + "}" * 100)


@pytest.mark.parametrize(
    "number", ["1.10", "1e2", "1E-7", "0.0", "-0", "12345678901234567890123", "1.000000000000000000001"]
)
def test_numbers_keep_their_spelling(number):
    whole = '{"v":' + number + "}"
    assert text.dumps(text.parse(whole)) == whole


def test_the_hash_knows_content_from_clothing():
    one = '{"resourceType":"Patient","id":"1","meta":{"versionId":"3","lastUpdated":"2020-01-01T00:00:00Z"},"active":true}'
    assert text.content_hash(one) == text.content_hash(
        '{ "active": true, "id":"1", "resourceType":"Patient" }'
    )
    assert text.content_hash('{"v":1.10}') != text.content_hash('{"v":1.1}')
    tagged = '{"meta":{"versionId":"1","tag":[]}}'
    assert text.content_hash(tagged) == text.content_hash('{"meta":{"tag":[]}}') != text.content_hash("{}")


def stamped(before: str) -> str:
    return text.stamp(before, id="new", version=2, last_updated=AT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{"id":"new","meta":{"versionId":"2","lastUpdated":"2026-11-24T12:00:00.000Z"}}'),
        (
            '{"id" : "x", "v": 1.10}',
            '{"meta":{"versionId":"2","lastUpdated":"2026-11-24T12:00:00.000Z"},"id" : "new", "v": 1.10}',
        ),
        (
            '{"resourceType":"Patient",\n "name":[{"id":"n","family":"\\u00e9"}]}',
            '{"resourceType":"Patient","id":"new","meta":{"versionId":"2","lastUpdated":"2026-11-24T12:00:00.000Z"},\n "name":[{"id":"n","family":"\\u00e9"}]}',
        ),
        (
            '{"id":"x","meta":{ "profile":["p"], "versionId": "9"},"contained":[{"id":"x","meta":{"versionId":"1"}}]}',
            '{"id":"new","meta":{"lastUpdated":"2026-11-24T12:00:00.000Z", "profile":["p"], "versionId": "2"},"contained":[{"id":"x","meta":{"versionId":"1"}}]}',
        ),
        (
            '{"id":"x","meta":{ }}',
            '{"id":"new","meta":{"versionId":"2","lastUpdated":"2026-11-24T12:00:00.000Z" }}',
        ),
    ],
)
def test_a_stamp_changes_three_values_and_nothing_else(before, after):
    assert stamped(before) == after


@given(
    st.dictionaries(st.sampled_from(["resourceType", "id", "a", "ü", '"', "x\\"]), values),
    st.sampled_from([None, 2]),
)
def test_a_stamped_text_says_the_same(resource, indent):
    resource.pop("id", None)
    before = text.json.dumps(resource, indent=indent)
    after = stamped(before)
    assert stamped(after) == after
    expected = {
        **resource,
        "id": "new",
        "meta": {"versionId": "2", "lastUpdated": "2026-11-24T12:00:00.000Z"},
    }
    assert text.json.loads(after) == expected
    assert text.content_hash(after) == text.content_hash(text.json.dumps({**resource, "id": "new"}))


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2024-12", "2024-12-01", "2025-01-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2024-02-29T23:30:00-05:00", "2024-03-01T04:30:00", "2024-03-01T04:30:01"),
        ("2024-02-29T23:30:00.5Z", "2024-02-29T23:30:00.500000", "2024-02-29T23:30:00.600000"),
        ("2016-12-31T23:59:60Z", "2017-01-01", "2017-01-01T00:00:01"),
    ],
)
def test_a_date_spans_what_it_leaves_open(written, low, high):
    as_utc = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (low, high)]
    assert list(spans.instants(written)) == as_utc


@pytest.mark.parametrize("wrong", ["2023-02-29", "2024-13", "24", "", "yesterday", "2024-02-30T00:00:00Z"])
def test_a_date_that_is_none_spans_nothing(wrong):
    assert spans.instants(wrong) is None


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [("5.4", "5.35", "5.45"), ("5.40", "5.395", "5.405"), ("100", "99.5", "100.5"), ("1e2", "50", "150")],
)
def test_a_number_spans_what_rounds_to_it(written, low, high):
    assert [str(float(each)) for each in spans.numbers(text.Written(written))] == [
        str(float(low)),
        str(float(high)),
    ]


NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
SPELT = ["1.10", "0.000", "1e3", "1.5E-7", "-0.0", "-0", "0.00001", "0.0000123", "12345678901.12345678901", "1.2345678901234567"]


@given(NUMBERS | st.sampled_from(SPELT), st.sampled_from(['"value":{}', '"value" :\n\t{}', '"value": {}', '"value":[0, {}]', '"value":[{},1]']))
def test_an_edit_of_something_else_leaves_numbers_as_they_were_written(number, where):
    before = f'{{"resourceType":"Observation","valueQuantity":{{{where.format(number)}}}}}'
    again = copy.deepcopy(text.plain(before))
    again["status"] = "final"
    assert text.members(text.dumps(again))
    assert text.content_hash(text.dumps(again)) == text.content_hash(before[:-1] + ',"status":"final"}')


def test_only_numbers_whose_spelling_counts_are_read_the_slower_way():
    words = '{"id":"5e3f-1e7","meta":{"lastUpdated":"2026-11-25T03:28:15.120+00:00"},"url":"urn:uuid:12e3","text":"1.10 of 5E2","value":%s}'
    assert type(text.plain(words % "6.1")["value"]) is float
    assert type(text.plain(words % "6.10")["value"]) is text.Spelt
