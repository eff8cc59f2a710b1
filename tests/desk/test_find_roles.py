"""The find box and the rail offer what opens: every page and action they know, asked for by every role."""

import pytest
from django.urls import reverse

from tests.desk.conftest import clinic  # noqa: F401
from waypost.access.permissions import ROLE_PERMISSIONS
from waypost.web.find.doings import DOINGS, doings
from waypost.web.places import PLACES, exists

ROLES = sorted(set(ROLE_PERMISSIONS) - {"client", "patient", "proxy", "system"})


@pytest.mark.parametrize("role", ROLES)
def test_what_the_find_box_offers_opens_and_what_opens_is_offered(desk, clinic, role):  # noqa: F811
    client = desk(role)
    for one in DOINGS:
        if one.route == "account_logout":
            continue
        if not exists(one.route):
            continue
        offered = one in doings(one.label, frozenset({role}), count=len(DOINGS))
        opens = client.get(one.url, follow=True).status_code == 200
        assert offered == opens, one.label


@pytest.mark.parametrize("role", ROLES)
def test_the_rail_shows_the_places_that_open_and_no_other(desk, clinic, role):  # noqa: F811
    client = desk(role)
    there = [one.url for one in PLACES if exists(one.route)]
    rail = client.get("/settings").content.decode().partition('class="rail"')[2].partition("</nav>")[0]
    assert [url for url in there if f'href="{url}"' in rail] == [url for url in there if client.get(url).status_code == 200]


@pytest.mark.parametrize("role", ROLES)
def test_registering_is_offered_to_whoever_may(desk, clinic, role):  # noqa: F811
    client = desk(role)
    page = client.post("/find", {"q": "Zzyzx Nobody"}).content.decode()
    assert (f'action="{reverse("register-from-find")}"' in page) == (client.get("/patients/register").status_code == 200)
