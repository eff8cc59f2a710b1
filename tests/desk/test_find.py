"""The find box: the right patient among the first three, whatever slip the typing hand made."""

import random
import string
from datetime import date

import pytest

from tests.actions.people import a_patient
from waypost.access import Permission, action, scopes
from waypost.records import actions as records
from waypost.records.versions import Filing
from waypost.registry import queries
from waypost.registry.sounds import plain

TODAY = date(2026, 11, 24)
PATIENTS, QUERIES = 3_000, 1_000


@action(Permission.RECORD_IMPORT)
def bring(ctx, resources):
    return records.file_many(ctx, [Filing(resource) for resource in resources])


def slip(word, chance):
    """Return the word with one slip: a letter left out, doubled, wrong, or two changed about."""
    at = chance.randrange(len(word))
    kind = chance.choice("lost doubled wrong swapped".split())
    if kind == "lost" and len(word) > 3:
        return word[:at] + word[at + 1 :]
    if kind == "doubled":
        return word[:at] + word[at] + word[at:]
    if kind == "swapped" and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + chance.choice(string.ascii_lowercase) + word[at + 1 :]


def typed_date(born, chance):
    return chance.choice([f"{born.month}/{born.day}/{born.year}", f"{born:%m/%d/%Y}", f"{born:%m-%d-%y}", f"{born:%b} {born.day} {born.year}",
                          f"{born.day} {born:%B} {born.year}", born.isoformat(), f"{born:%m%d%Y}"])  # fmt: skip


def a_query(patient, shared, chance):
    """Return what someone might type for this patient, with one slip in a name."""
    chosen = chance.choice(patient["name"])
    family = plain(chosen["family"]).split()
    given = plain(" ".join(chosen["given"])).split()
    words = [chance.choice(given), *(family if chance.random() < 0.7 else [chance.choice(family)])]
    if chance.random() < 0.5:
        words.reverse()
    longest = max(range(len(words)), key=lambda i: len(words[i]))
    at = longest if chance.random() < 0.5 else chance.randrange(len(words))
    if len(words[at]) < 4:
        at = longest
    words[at] = slip(words[at], chance)
    born = date.fromisoformat(patient["birthDate"])
    which = chance.random()
    if which < 0.4:
        extra = typed_date(born, chance)
    elif which < 0.7:
        extra = patient["telecom"][0]["value"]
    else:
        extra = str(born.year) if chance.random() < 0.5 else str(int(patient["identifier"][0]["value"]))
    parts = [*words, extra]
    if chance.random() < 0.3:
        parts = [extra, *words]
    return " ".join(parts)


@pytest.fixture(scope="module")
def crowd():
    chance = random.Random(20261124)
    return [a_patient(number, chance) for number in range(1, PATIENTS + 1)]


@pytest.fixture
def find(context, crowd):
    ctx = context()
    for start in range(0, len(crowd), 500):
        bring(ctx, crowd[start : start + 500])
    desk = context("coordinator", practitioner="ana", door="web")
    scope = scopes.for_staff(desk)
    return lambda text, **more: queries.find(scope, text, today=TODAY, **more)


def test_the_right_patient_is_among_the_first_three(find, crowd):
    chance = random.Random(7)
    missed = []
    for patient in chance.sample(crowd, QUERIES):
        asked = a_query(patient, crowd, chance)
        if patient["id"] not in [hit.id for hit in find(asked).hits[:3]]:
            missed.append((asked, patient["name"], patient["birthDate"]))
    assert len(missed) <= QUERIES // 100, (len(missed), missed[:20])
