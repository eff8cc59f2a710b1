"""What is known of prior authorization: whose word, for what, until when; silence stays silence."""

from datetime import date

import pytest

from waypost.coverage.authorizations import Sought, known

DAY, TODAY = date(2026, 12, 7), date(2026, 11, 24)
ECHO = {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "93306"}], "text": "Echocardiogram"}
VISIT = Sought(DAY, order="o1", codes=frozenset({("http://www.ama-assn.org/go/cpt", "93306")}), words=frozenset({"echocardiogram"}))


NOT_COVERED = ("http://terminology.hl7.org/CodeSystem/adjudication-reason", "ar001")
DENIAL = ("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication", "denialreason")


def adjudged(part, system, code):
    return {"category": {}, part: {"coding": [{"system": system, "code": code}]}}


def answer(**more):
    return {
        "use": "preauthorization", "status": "active", "outcome": "complete", "created": "2026-11-20",
        "insurer": {"reference": "Organization/nf"}, "preAuthRef": "A7", **more,
    }  # fmt: skip


def said(*answers, eligibility=(), sought=VISIT, **more):
    found = known(answers, eligibility, sought, TODAY, names={"Organization/nf": "Northfield"}, **more)
    return [(one.state, one.said) for one in found]


def test_number_state_end_source_and_date_are_said():
    [(state, words)] = said(answer(preAuthPeriod={"end": "2026-12-31"}, addItem=[{"productOrService": ECHO}]))
    assert state == "granted"
    assert words == "A7: granted, until Dec 31, said Northfield, Nov 20."


def test_nothing_is_invented():
    assert said() == []
    assert said(answer(use="claim")) == []
    assert said(answer(status="cancelled")) == []


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"preAuthPeriod": {"end": "2026-12-06"}}, "ended"),
        ({"preAuthPeriod": {"end": "2026-12-07"}}, "granted"),
        ({"preAuthPeriod": {"start": "2026-12-08"}}, "not-begun"),
        ({"outcome": "queued", "preAuthRef": None}, "pended"),
        ({"outcome": "error", "preAuthRef": None}, "failed"),
        ({"outcome": "partial"}, "unclear"),
        ({"preAuthRef": None}, "unclear"),
        ({"disposition": "Not medically certified; not approved"}, "reads-denied"),
        ({"disposition": "Denied"}, "reads-denied"),
        ({"disposition": "Denied", "outcome": "queued"}, "pended"),
        ({"disposition": "Denied", "item": [{"adjudication": [adjudged("reason", *NOT_COVERED)]}]}, "denied"),
        ({"adjudication": [adjudged("category", *DENIAL)]}, "denied"),
        ({"adjudication": [adjudged("category", "http://terminology.hl7.org/CodeSystem/adjudication", "eligible")]}, "granted"),
        ({"disposition": "Approved as asked"}, "granted"),
    ],
)
def test_states(more, state):
    assert said(answer(**more))[0][0] == state


def test_words_alone_are_said_as_what_they_read_like_with_their_source():
    [(_, words)] = said(answer(disposition="Request denied: not covered"))
    assert words.startswith("A7: reads like a denial, no code says so")
    assert "said Northfield, Nov 20: “Request denied: not covered”" in words


def test_a_review_code_says_more_than_the_number():
    action = {"url": "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewAction", "extension": [
        {"url": "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewActionCode",
         "valueCodeableConcept": {"coding": [{"code": "A3"}]}}]}  # fmt: skip
    denied = answer(item=[{"adjudication": [{"category": {}, "extension": [action]}]}])
    assert said(denied)[0][0] == "denied"


def test_another_service_or_order_is_not_this_one():
    knee = {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "73721"}], "text": "MRI knee"}
    assert said(answer(addItem=[{"productOrService": knee}])) == []
    claims = {"c1": {"referral": {"reference": "ServiceRequest/other"}}}
    assert said(answer(request={"reference": "Claim/c1"}), claims=claims) == []
    claims = {"c1": {"referral": {"reference": "ServiceRequest/o1"}}}
    assert said(answer(request={"reference": "Claim/c1"}), claims=claims)[0][0] == "granted"


def test_what_names_no_service_counts_only_where_nothing_names_it():
    general, certain = answer(preAuthRef="G1"), answer(preAuthRef="C1", addItem=[{"productOrService": ECHO}])
    assert said(general)[0][1].endswith("For which service it does not say.")
    assert [words[:2] for _, words in said(general, certain)] == ["C1"]


def eligible(required, on="2026-11-02", **item):
    item = {"authorizationRequired": required, **item}
    return {"status": "active", "created": on, "insurer": {"display": "Northfield"}, "insurance": [{"item": [item]}]}


def test_whether_it_is_needed_is_the_newest_word_for_the_service():
    assert said(eligibility=[eligible(True)]) == [("needed", "Northfield said on Nov 2 that it is needed in general.")]
    both = [eligible(True, on="2026-11-20"), eligible(False, productOrService=ECHO)]
    assert said(eligibility=both) == [("not-needed", "Northfield said on Nov 2 that it is not needed for this.")]
