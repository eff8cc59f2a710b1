"""Long bytes leave a text and come back: every other character stays, and nothing else is touched."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.formats.fhir import outside, validate
from waypost.formats.fhir.text import parse

LONG = bytes(range(256)) * 4200  # 1.03 MB
DATA = base64.b64encode(LONG).decode()


def there_and_back(text):
    short, resource, taken = outside.moved(text, parse(text))
    assert parse(short) == resource == outside.as_kept(parse(text))
    return short, taken, outside.whole(short, parse(short), lambda found: taken[found.sha256])


@pytest.mark.parametrize(
    "text",
    [
        f'{{"resourceType":"Binary","contentType":"application/pdf","data":"{DATA}"}}',
        f'{{ "data" : "{DATA}" ,\n "resourceType": "Binary", "contentType":"a/b"}}',
        f'{{"resourceType":"DocumentReference","status":"current","content":[{{"attachment":{{"url":"x","data":"{DATA}","title":"ø 1.10"}}}},{{"attachment":{{"data":"QQ=="}}}}]}}',
        f'{{"resourceType":"Bundle","type":"document","entry":[{{"resource":{{"resourceType":"Binary","contentType":"a/b","data":"{DATA}"}}}},{{"resource":{{"resourceType":"Binary","contentType":"a/b","data":"{DATA}"}}}}]}}',
    ],
)
def test_the_text_comes_back_to_the_character(text):
    short, taken, back = there_and_back(text)
    assert len(short) < 2_000 and list(taken.values()) == [LONG]
    assert json.loads(back) == json.loads(text)
    assert back == text.replace(f'"data" : "{DATA}"', f'"data":"{DATA}"')


def test_what_is_kept_is_valid_and_says_how_large_it_was():
    text = f'{{"resourceType":"Binary","contentType":"application/pdf","data":"{DATA}"}}'
    short, _, _ = there_and_back(text)
    assert not [one for one in validate(short) if one.severity in {"error", "fatal"}]
    [found] = outside.marks(parse(short))
    assert found.size == len(LONG)


@pytest.mark.parametrize(
    "text",
    [
        '{"resourceType":"Binary","contentType":"a/b","data":"QQ=="}',
        f'{{"resourceType":"Binary","contentType":"a/b","data":"{DATA}!"}}',  # no base64
        f'{{"resourceType":"Binary","contentType":"a/b","_data":{{"id":"x"}},"data":"{DATA}"}}',
        f'{{"resourceType":"Basic","code":{{"text":"{DATA}"}}}}',
    ],
)
def test_what_cannot_be_moved_stays_where_it_is(text):
    short, taken, back = there_and_back(text)
    assert short == back == text and not taken


def test_base64_over_lines_and_with_escapes_comes_back_in_one_line():
    broken = "\\r\\n".join(DATA[n : n + 76] for n in range(0, len(DATA), 76)).replace("/", "\\/")
    _, taken, back = there_and_back(f'{{"resourceType":"Binary","contentType":"a/b","data":"{broken}"}}')
    assert list(taken.values()) == [LONG] and json.loads(back)["data"] == DATA


WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=5)  # NUL no text may hold


@settings(max_examples=60)
@given(st.recursive(st.none() | st.integers() | WORDS | st.just(DATA), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["data", "_data", "a", "extension", "url"]), inner, max_size=3), max_leaves=6))
def test_any_json_survives(value):
    text = json.dumps({"resourceType": "Basic", "value": value})
    short, taken, back = there_and_back(text)
    assert json.loads(back) == json.loads(text)
