"""A passkey from Settings to the sign-in page, in a real browser with a virtual authenticator."""

import pytest

from tests.browser.conftest import PASSWORD
from tests.browser.test_every_page import check_with_axe

pytestmark = pytest.mark.browser


@pytest.fixture
def browser_with_a_finger(window):
    """A window whose machine has a built-in authenticator that always recognises its owner; passkeys need a host name."""
    desk = window(None)
    desk.base = desk.base.replace("127.0.0.1", "localhost")
    devtools = desk.context.new_cdp_session(desk.page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    desk.keys = lambda: devtools.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})["credentials"]
    return desk


def test_a_passkey_is_added_in_settings_signs_in_and_is_taken_away(browser_with_a_finger):
    desk = browser_with_a_finger
    page = desk.page
    desk.sign_in("records")
    desk.go("/settings")
    page.get_by_role("link", name="Second step and passkeys").click()
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    page.wait_for_selector("#mfa_webauthn_add")
    check_with_axe(page, "add a passkey")
    page.get_by_label("What you call it").fill("This laptop")
    page.get_by_role("button", name="Add this device").click()
    page.wait_for_url("**/account/two-step/recovery-codes/")
    assert len(desk.keys()) == 1
    check_with_axe(page, "codes for when it is lost")
    desk.go("/account/two-step/webauthn/")
    assert "This laptop" in page.locator("main").inner_text()
    assert "Signs you in alone" in page.locator("main").inner_text()
    check_with_axe(page, "passkeys")

    sign_out(desk)
    check_with_axe(page, "sign in")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(desk.base + "/")
    assert "Ruth Adler" in page.locator("body").inner_text()
    assert desk.said == []

    desk.go("/account/two-step/webauthn/")
    page.get_by_role("link", name="Remove This laptop").click()
    confirm(page)
    page.get_by_role("button", name="Remove the passkey").click()
    page.wait_for_url("**/account/two-step/**")
    sign_out(desk)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("That code or passkey does not fit.").wait_for()


def confirm(page):
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def sign_out(desk):
    desk.go("/sign-out/")
    desk.page.locator("main button").click()
    desk.page.wait_for_url("**/sign-in/**")


def test_a_passkey_that_cannot_be_used_says_why(browser_with_a_finger):
    desk = browser_with_a_finger
    desk.base = desk.base.replace("localhost", "127.0.0.1")
    desk.go("/sign-in/")
    desk.page.get_by_role("button", name="Use a passkey").click()
    said = desk.page.get_by_role("alert").filter(has_text="Passkeys need an address with a name.")
    said.wait_for()
    assert desk.said == []
