"""The clinic's flow in a real browser: axe in light and dark, a phone, keys alone, the screen of the waiting room."""

import re

import pytest

from tests.browser.test_every_page import check_with_axe, places  # noqa: F401 - the fixture of the ids of pages

pytestmark = pytest.mark.browser
PAGES = (
    "/flow", "/flow?by=provider", "/flow/close", "/flow/walk-in", "/visits/{visit}/check-in", "/visits/{visit}/checkout",
    "/visits/{visit}/another-way", "/visits/{visit}/own-part", "{wall}", "{here}",
)  # fmt: skip


@pytest.fixture(scope="module")
def addresses(clinic, chromium, places):  # noqa: F811 - the fixture
    """Return the addresses of the flow's pages, those without sign-in too."""
    from tests.browser.conftest import Desk

    context = chromium.new_context()
    desk = Desk(clinic, context)
    desk.sign_in()
    desk.go(f"/visits/{places['visit']}/own-part")
    here = desk.page.input_value("#link").removeprefix(desk.base)
    desk.go("/flow/wall")
    wall = desk.page.url.removeprefix(desk.base)
    context.close()
    return [page.format(visit=places["visit"], here=here, wall=wall) for page in PAGES]


@pytest.fixture
def ordered(window):
    """Open the checkout of a visit whose patient has an order that waits for a time."""
    desk = window()
    desk.go("/referrals")
    for patient in dict.fromkeys(re.findall(r"find-times\?patient=([^&\"]+)|times\?patient=([^&\"]+)", desk.page.content())):
        desk.go(f"/patients/{next(filter(None, patient))}")
        for visit in dict.fromkeys(re.findall(r'href="/visits/([^"/?]+)"', desk.page.content())):
            desk.go(f"/visits/{visit}/checkout")
            if desk.page.locator("select[name$=why]").count():
                return desk
    pytest.fail("no order of the demo waits for a time")
    return None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_flows_pages(window, addresses, scheme):
    desk = window(color_scheme=scheme)
    for path in addresses:
        assert desk.go(path) == 200, path
        desk.page.wait_for_load_state("load")
        check_with_axe(desk.page, f"{path}, {scheme}")
    assert desk.said == []


def test_nothing_is_wider_than_a_phone(window, addresses):
    desk = window(width=360, height=740, color_scheme="dark")
    for path in addresses:
        desk.go(path)
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_a_walk_in_is_sent_to_a_nurse_by_keys_alone(window):
    page = window().page
    page.goto(page.url.rstrip("/") + "/flow")
    page.wait_for_load_state("load")
    page.keyboard.press("a")
    page.wait_for_url("**/flow/walk-in")
    page.wait_for_function("document.activeElement.id === 'q'")
    page.keyboard.type("castillo")
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.list a.row")
    page.wait_for_function("document.activeElement.matches('a.row')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/flow/walk-in?patient=*")
    page.wait_for_selector("#id_words")
    while page.evaluate("document.activeElement.id") != "id_words":
        page.keyboard.press("Tab")
    page.keyboard.type("Asks for the nurse")
    page.keyboard.press("Enter")
    page.wait_for_url("**/flow")
    assert "Sent to a nurse." in page.inner_text("body")


def test_a_reason_is_chosen_at_checkout_by_keys_alone(ordered):
    page = ordered.page
    select = page.locator("select[name$=why]").first
    name = select.get_attribute("name")
    assert page.locator("button[value=keep]").count() == 1
    page.locator("button[value=keep]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#missing")
    assert page.evaluate("document.activeElement.name") == name, "the focus is where something is missing"
    check_with_axe(page, "checkout with something missing")
    page.keyboard.type("The patient w")
    page.keyboard.press("Tab")
    page.keyboard.type("after the holidays")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Noted.")
    assert "The patient will call. after the holidays" in page.inner_text("main")


def test_the_screen_of_the_waiting_room_says_when_it_stands_still(clinic, window, addresses):
    desk = window(role=None)
    wall = next(path for path in addresses if path.startswith("/wall/"))
    desk.go(wall)
    said = desk.page.locator("[data-live-said]")
    desk.page.wait_for_function("document.querySelector('[data-live-said]').textContent.startsWith('Live')")
    desk.context.set_offline(True)
    desk.page.wait_for_selector(".live.lost")
    assert "Connection lost, trying again; as of" in said.inner_text()
    assert desk.page.evaluate("getComputedStyle(document.querySelector('.wall section')).opacity") == "0.45"
    desk.context.set_offline(False)
    desk.page.wait_for_selector(".live:not(.lost)", timeout=40_000)
