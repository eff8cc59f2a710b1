"""The rail offers what a role may open, and nothing else."""

import re

import pytest

from waypost.access.permissions import ROLE_PERMISSIONS, Permission

STAFF = sorted({*ROLE_PERMISSIONS} - {"system", "client", "patient", "proxy"})


def rail(client):
    page = client.get("/settings").content.decode()
    nav = page[page.index('<nav class="rail"') :]
    return dict(re.findall(r'<a href="([^"]+)".*?</svg>([^<]+)</a>', nav[: nav.index("</nav>")], re.DOTALL))


@pytest.mark.parametrize("role", STAFF)
def test_every_place_of_the_rail_opens(desk, clinic, role):
    client = desk(role, practitioner="lind")
    places = rail(client)
    assert {url: client.get(url).status_code for url in places} == dict.fromkeys(places, 200)


@pytest.mark.parametrize("role", STAFF)
def test_supervise_and_records_are_there_for_whom_they_are(desk, clinic, role):
    names, may = set(rail(desk(role)).values()), ROLE_PERMISSIONS[role]
    for name, permission in (("Supervise", Permission.WORK_BALANCE), ("Records", Permission.DOCUMENT_SORT)):
        assert (name in names) == (permission in may), name
