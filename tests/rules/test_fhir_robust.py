"""Whatever is sent is read, judged and indexed, or refused with a Problem; nothing else may come out."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.formats.fhir import bundles, definitions, text
from waypost.formats.fhir.index import extract
from waypost.formats.fhir.problems import DuplicateKey, NotJson
from waypost.formats.fhir.validation import errors, validate
from waypost.kernel.problem import Problem

TYPES = sorted(definitions.resource_types())
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8),
    st.sampled_from(["2020-02-30", "2020-01-01", "#", "#x", "Patient/1", "urn:uuid:x", "a|b", "http://x/Patient/1", "<div/>", " ", "\u0007", "9999-12-31"]),
)  # fmt: skip


@st.composite
def shaped(draw, type_, depth=3):
    """An object with element names of the type, whose values may have any shape."""
    elements = definitions.elements_of(type_)
    if not elements or depth == 0:
        return draw(LEAVES)
    made = {}
    for key in draw(st.lists(st.sampled_from(sorted(elements)), max_size=4, unique=True)):
        one = draw(st.one_of(shaped(elements[key].type, depth - 1), LEAVES))
        name = draw(st.sampled_from([key, key, key, "_" + key]))
        made[name] = [one] if draw(st.booleans()) else one
    return made


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_shape_is_judged_and_what_passes_is_indexed(data):
    kind = data.draw(st.sampled_from(TYPES))
    made = data.draw(shaped(kind))
    resource = {"resourceType": kind, **(made if isinstance(made, dict) else {"id": made})}
    written = json.dumps(resource)
    try:
        parsed = text.parse(written)
    except Problem:
        return
    issues = validate(written, resource=parsed)
    assert all(issue.diagnostics for issue in issues)
    if not errors(issues):
        extract(parsed)
        assert text.content_hash(text.stamp(written, id="x", version=1, last_updated="2020-01-01T00:00:00Z"))


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('{}[]",:\\ \nabentry0resourceType"Bundle"null1.5eE-+'), max_size=60))
def test_no_text_breaks_the_readers(written):
    for read in (bundles.read, text.parse):
        try:
            read(written)
        except Problem:
            continue
    assert isinstance(validate(written), list)


@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "resource", "fullUrl"]), LEAVES, max_size=3), max_size=4),
    st.sampled_from([None, 1]),
)
def test_a_bundles_entries_are_where_it_says(entries, indent):
    written = json.dumps({"entry": entries, "resourceType": "Bundle", "x": 1.50}, indent=indent)
    found = bundles.read(written)
    assert found.rest == {"resourceType": "Bundle", "x": "1.5"}
    for one, entry in zip(found.entries, entries, strict=True):
        assert json.loads(written[one.start : one.end] or "null") == entry.get("resource")


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('{"resourceType":"Bundle","entry":[{"resource":{}},]}', NotJson),
        ('{"resourceType":"Bundle","entry":[{"resource":{}}}', NotJson),
        ('{"resourceType":"Bundle","entry":[{"fullUrl":"a","fullUrl":"b"}]}', DuplicateKey),
        ('{"resourceType":"Bundle","entry":[],"entry":[]}', DuplicateKey),
        ('{"resourceType":"Bundle"} x', NotJson),
        ('{"resourceType":"Bundle","entry":[' + '{"a":' * 5000 + "1" + "}" * 5000 + "]}", NotJson),
    ],
)
def test_a_bundle_that_is_not_json_is_refused(written, problem):
    with pytest.raises(problem):
        bundles.read(written)
