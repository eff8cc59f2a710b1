"""A morning's work in a browser: by keyboard alone, without JavaScript, on a phone, light and dark, with axe."""

import pytest

from tests.browser.test_every_page import check_with_axe

pytestmark = pytest.mark.browser


def row(page):
    return page.locator("[data-rows] > li[aria-current=true]")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_work_is_opened_put_off_and_taken_back_by_keyboard_alone(window, scheme, width):
    desk = window(
        width=width, height=4000, color_scheme=scheme
    )  # axe takes what a bar half hides for too small
    page = desk.page
    desk.go("/?view=team")
    page.wait_for_load_state("load")
    page.keyboard.press("j")
    what = row(page).locator(".what").inner_text()
    page.keyboard.press("Enter")
    row(page).locator(".act-forms").wait_for()
    assert row(page).locator(".note", has_text="Above").count() <= 1
    check_with_axe(page, "an opened row")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("s")
    page.locator(
        "[name=until]:focus"
    ).wait_for()  # a script of the test's own is refused by the page's policy
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Waits for the payer")
    page.keyboard.press("Enter")
    page.locator(".undo").wait_for()
    page.keyboard.press("z")
    page.get_by_text("Undone.").wait_for()
    desk.go("/?view=team")
    assert page.locator(".what", has_text=what).count() >= 1
    assert desk.said == []


def test_an_outcome_is_asked_for_and_what_was_typed_stays(window):
    desk = window()
    page = desk.page
    desk.go("/?view=team")
    rows = page.locator("[data-rows] > li")
    for at in range(rows.count()):
        rows.nth(at).locator("[data-open]").click()
        rows.nth(at).locator(".act-forms").wait_for()
        if rows.nth(at).locator("summary", has_text="Done").count():
            break
    chosen = rows.nth(at)
    chosen.locator("summary", has_text="Done").click()
    chosen.get_by_label("Note").fill("Asked twice")
    chosen.get_by_role("button", name="Finish").click()
    chosen.get_by_text("Choose how it ended.").first.wait_for()
    assert chosen.get_by_label("Note").input_value() == "Asked twice"
    check_with_axe(page, "a form that came back in its row")


def test_work_is_done_without_javascript(window):
    desk = window(java_script_enabled=False)
    page = desk.page
    desk.go("/?view=team")
    page.locator(".what a").first.click()
    page.locator("summary", has_text="Snooze").click()
    page.get_by_label("Why can it wait?").fill("Waits for the payer")
    page.get_by_role("button", name="Put off").click()
    page.locator(".undo button").click()
    assert "Undone." in page.locator("main").inner_text()


def test_several_are_chosen_and_handed_over(window):
    desk = window()
    page = desk.page
    desk.go("/?view=unclaimed")
    boxes = page.locator("[data-rows] input[type=checkbox]")
    assert boxes.count() >= 2, "the demo clinic has work that nobody has taken"
    assert not page.locator("#batch").is_visible()
    boxes.nth(0).check()
    boxes.nth(1).check()
    check_with_axe(page, "rows that are ticked")
    page.get_by_role("button", name="Take them").click()
    page.get_by_text("2 pieces of work").first.wait_for()
    page.locator(".undo button").click()
    page.get_by_text("Undone.").wait_for()


def test_one_piece_of_work_has_a_page(window):
    for scheme, width in (("light", 1280), ("dark", 320)):
        desk = window(width=width, height=2000, color_scheme=scheme)
        desk.go("/?view=team")
        desk.go(desk.page.locator("[data-open]").first.get_attribute("href"))
        check_with_axe(desk.page, f"work, {scheme}")
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= width
