"""An administrator lets people sign in; nobody else sees who may."""

import pytest

from tests.desk.conftest import PASSWORD
from waypost.access.models import AccessToken, Account

NEW = {"display": "Ida Okoro", "username": "", "roles": ["nurse"], "practitioner": "", "password": "a long enough one 7"}


@pytest.fixture
def added(desk):
    admin = desk("administrator")
    username = f"ida{admin.account.pk}"
    answer = admin.post("/settings/people/add", NEW | {"username": username})
    assert answer.status_code == 303
    return admin, Account.objects.get(username=username)


def test_who_was_added_signs_in_at_once(desk, added):
    _, account = added
    client = desk("auditor")
    client.logout()
    signed = client.post("/sign-in/", {"login": account.username, "password": NEW["password"]})
    assert signed.status_code == 302
    assert account.roles == ["nurse"]


def test_a_closed_account_signs_in_no_more_and_its_tokens_end(desk, added, clock):
    admin, account = added
    AccessToken.objects.create(hash=b"x" * 28 + account.pk.to_bytes(4, "big"), account=account, scopes=[],
                               created=clock.now(), expires=clock.now())
    kept = {"display": account.display, "roles": ["nurse"], "practitioner": "", "password": ""}
    assert admin.post(f"/settings/people/{account.pk}", kept).status_code == 303
    client = desk("auditor")
    client.logout()
    client.post("/sign-in/", {"login": account.username, "password": NEW["password"]})
    assert client.get("/").status_code == 302
    assert not AccessToken.objects.filter(account=account, revoked=None).exists()


def test_a_weak_password_or_a_taken_name_is_said_and_what_was_typed_stays(added):
    admin, account = added
    weak = admin.post("/settings/people/add", NEW | {"username": "someone-new", "password": "short"})
    assert weak.status_code == 422
    assert "Ida Okoro" in weak.content.decode()
    taken = admin.post("/settings/people/add", NEW | {"username": account.username})
    assert taken.status_code == 422
    assert "taken" in taken.content.decode()


def test_an_administrator_cannot_shut_themselves_out(desk):
    admin = desk("administrator")
    answer = admin.post(f"/settings/people/{admin.account.pk}",
                        {"display": "Me", "roles": ["administrator"], "practitioner": "", "password": ""})
    assert answer.status_code == 422
    assert Account.objects.get(pk=admin.account.pk).is_active


@pytest.mark.parametrize("role", ["coordinator", "supervisor", "auditor", "clinician"])
def test_nobody_else_sees_or_changes_who_may_sign_in(desk, added, role):
    _, account = added
    client = desk(role)
    assert client.get("/settings/people").status_code == 403
    assert client.post(f"/settings/people/{account.pk}", NEW).status_code == 403
    assert Account.objects.get(pk=account.pk).check_password(NEW["password"])


def test_another_clinics_people_are_not_found(desk, new_tenant, added):
    admin, _ = added
    stranger = Account.objects.create_user(username=f"stranger{admin.account.pk}", password=PASSWORD,
                                           tenant=new_tenant("Elsewhere"), roles=["nurse"])
    assert stranger.username not in admin.get("/settings/people").content.decode()
    assert admin.get(f"/settings/people/{stranger.pk}").status_code == 404
