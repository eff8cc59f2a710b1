"""The call in a browser: its short paths by keyboard alone, on a phone, light and dark, with axe."""

import pytest

from tests.browser.test_every_page import check_with_axe

pytestmark = pytest.mark.browser
PATHS = ("Family or a friend is calling", "Wrong number", "Angry", "No interpreter")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_each_short_path_opens_by_keyboard_and_says_what_to_say(window, a_patient, scheme, width):
    desk = window(width=width, height=5000, color_scheme=scheme)  # axe takes what a bar half hides for too small
    page = desk.page
    desk.go(f"/call/{a_patient}?in=1")
    for path in PATHS:
        summary = page.locator("details > summary", has_text=path)
        summary.focus()
        page.keyboard.press("Enter")
        opened = page.locator("details[open]", has=page.locator("summary", has_text=path))
        opened.locator("blockquote").first.wait_for()
        assert opened.locator(".note").inner_text()
    check_with_axe(page, "the call's short paths")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("button.nurse").is_visible()
    assert desk.said == []


@pytest.mark.parametrize(("outcome", "reason"), [("wrong-number", "other"), ("third-party", "visit"), ("no-interpreter", "other"), ("declined", "complaint")])
def test_a_call_that_went_otherwise_is_filed_by_keyboard_alone(window, a_patient, outcome, reason):
    desk = window(width=1280, height=900)
    page = desk.page
    desk.go(f"/call/{a_patient}?in=1")
    for name, value in (("reason", reason), ("outcome", outcome)):
        page.locator(f"[name={name}][value={value}]").focus()
        page.keyboard.press("Space")
    if outcome == "wrong-number":
        page.locator("[name=wrong]").focus()
        page.keyboard.press("ArrowDown")
    page.locator("[name=words]").focus()
    page.keyboard.type("As it went")
    page.keyboard.press("Escape")
    page.locator("button[data-key=e]").focus()
    page.keyboard.press("Enter")
    page.locator(".undo").wait_for()
    assert "The call is on record." in page.content()
    page.keyboard.press("z")
    page.get_by_text("Undone.").wait_for()
