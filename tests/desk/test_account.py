"""Signing in, and what happens to a form when the session ends under it."""

import pytest

from tests.desk.conftest import PASSWORD
from waypost.kernel.clock import FixedClock
from waypost.web import middleware


@pytest.fixture
def clock_on_the_wall(monkeypatch, clock):
    wall = FixedClock(clock.now())
    monkeypatch.setattr(middleware, "CLOCK", wall)
    return wall


def test_a_page_asks_for_the_sign_in_and_comes_back_to_it(desk):
    client = desk()
    client.logout()
    answer = client.get("/patients")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=%2Fpatients"
    signed = client.post(
        "/sign-in/", {"login": client.account.username, "password": PASSWORD, "next": "/patients"}
    )
    assert (signed.status_code, signed["Location"]) == (302, "/patients")


def test_a_wrong_password_says_what_to_check_and_keeps_the_name(desk):
    client = desk()
    client.logout()
    page = client.post("/sign-in/", {"login": client.account.username, "password": "no"}).content.decode()
    assert "Check both." in page
    assert client.account.username in page


@pytest.mark.parametrize("page", ["/", "/patients", "/patients/register", "/settings", "/design", "/find"])
def test_nothing_of_the_desk_is_shown_before_the_sign_in(desk, page):
    client = desk()
    client.logout()
    assert client.get(page).status_code == 302


def test_a_session_ends_after_half_an_hour_of_rest(desk, clock_on_the_wall):
    from datetime import timedelta

    client = desk()
    assert client.get("/patients").status_code == 200
    clock_on_the_wall.advance(timedelta(minutes=29))
    assert client.get("/patients").status_code == 200
    clock_on_the_wall.advance(timedelta(minutes=31))
    assert client.get("/patients").status_code == 302


def test_a_session_ends_after_twelve_hours_of_work(desk, clock_on_the_wall):
    from datetime import timedelta

    client = desk()
    for _ in range(36):
        assert client.get("/patients").status_code == 200
        clock_on_the_wall.advance(timedelta(minutes=20))
    clock_on_the_wall.advance(timedelta(minutes=1))
    assert client.get("/patients").status_code == 302


def test_what_was_typed_when_the_session_ended_comes_back_after_the_sign_in(desk, clock_on_the_wall):
    from datetime import timedelta

    client = desk("scheduler")
    client.get("/patients/register")
    clock_on_the_wall.advance(timedelta(minutes=31))
    typed = {"family": "Okonjo", "given": "Ada", "born": "3/12/1957", "t0-number": "2025550142", "key": "k1"}
    again = client.post("/patients/register", typed)
    assert again.status_code == 401
    assert "kept" in again.content.decode()
    stored = client.session["kept"]
    assert "Okonjo" not in stored
    signed = client.post(
        "/sign-in/", {"login": client.account.username, "password": PASSWORD, "next": "/account/kept"}
    )
    assert signed["Location"] == "/account/kept"
    page = client.get("/account/kept").content.decode()
    assert 'action="/patients/register"' in page
    assert 'value="Okonjo"' in page
    sent = client.post("/patients/register", typed)
    assert sent.status_code == 303
    assert client.get("/account/kept").status_code == 303


def test_a_stale_form_is_kept_too(desk):
    client = desk("scheduler", enforce_csrf_checks=True)
    answer = client.post("/patients/register", {"family": "Okonjo", "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert "Okonjo" in answer.content.decode()
    assert "Send again" in answer.content.decode()


def test_settings_say_who_one_is_and_keep_light_and_keys(desk):
    client = desk("nurse")
    page = client.get("/settings").content.decode()
    assert "nurse" in page
    client.post("/settings/look", {"theme": "dark"})
    page = client.get("/settings").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-keys="off"' in page


@pytest.mark.parametrize(
    "page",
    [
        "/account/two-step/",
        "/account/password/",
        "/account/two-step/totp/activate/",
        "/account/two-step/webauthn/add/",
        "/sign-out/",
    ],
)
def test_pages_of_the_account_stand_in_our_frame(desk, page):
    client = desk()
    client.post("/sign-in/", {"login": client.account.username, "password": PASSWORD})
    answer = client.get(page, follow=True)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "waypost/desk" in text
    assert "<h1>" in text


def test_every_answer_carries_the_headers(desk):
    answer = desk().get("/patients")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline'" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"


def test_a_second_step_is_asked_for_when_it_is_set_up(desk):
    from allauth.mfa.totp.internal.auth import TOTP

    client = desk()
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(client.account, secret)
    client.logout()
    signed = client.post(
        "/sign-in/", {"login": client.account.username, "password": PASSWORD, "next": "/patients"}
    )
    assert signed["Location"] == "/account/two-step/authenticate/"
    page = client.get("/account/two-step/authenticate/").content.decode()
    assert "waypost/desk" in page
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    done = client.post("/account/two-step/authenticate/", {"code": code})
    assert (done.status_code, done["Location"]) == (302, "/patients")


def stored(account):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator WHERE user_id = %s ORDER BY type", [account.pk])
        return [data for (data,) in cursor.fetchall()]


def test_the_secrets_of_the_second_step_are_unreadable_in_the_database(desk):
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    client = desk()
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(client.account, secret)
    codes = RecoveryCodes.activate(client.account)
    kept = stored(client.account)
    assert len(kept) == 2
    assert not any(secret in one for one in kept)
    seed = get_adapter().decrypt(codes.instance.data["seed"])
    assert seed
    assert not any(seed in one or code in one for one in kept for code in codes.generate_codes())


def test_a_secret_needs_the_key_that_kept_it_or_the_one_before(settings):
    from waypost.web.account.secrets import MfaAdapter, SecretUnreadable

    kept = MfaAdapter().encrypt("JBSWY3DP")
    assert kept != MfaAdapter().encrypt("JBSWY3DP")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key"
    with pytest.raises(SecretUnreadable):
        MfaAdapter().decrypt(kept)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert MfaAdapter().decrypt(kept) == "JBSWY3DP"
    assert MfaAdapter().decrypt("kept before it was encrypted") == "kept before it was encrypted"
