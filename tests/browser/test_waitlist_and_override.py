"""The waitlist and booking over, in a browser: by keyboard, without JavaScript, on a phone, light and dark, with axe."""

import pytest

from tests.browser.test_every_page import check_with_axe

pytestmark = pytest.mark.browser
NOTHING_FITS = "&days=6&part=pm&within=14"  # no clinic here is open on Sundays


def times(desk, patient, more=""):
    assert desk.go(f"/schedule/times?patient={patient}&visit=pc-follow-up{more}") == 200


def take_off(page):
    page.get_by_role("link", name="Take off the waitlist").click()
    page.get_by_label("No longer needed").check()
    page.get_by_role("button", name="Take off the waitlist").click()
    page.get_by_text("Canceled", exact=True).first.wait_for()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_the_waitlist_from_find_times_to_the_patient_page_and_back(window, a_patient, scheme, width):
    desk = window(width=width, color_scheme=scheme)
    page = desk.page
    times(desk, a_patient, NOTHING_FITS)
    check_with_axe(page, "times with nothing that fits")
    page.fill("#wait_reason", "Blood pressure")
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/*")
    check_with_axe(page, "a visit on the waitlist")
    waiting = page.url
    desk.go(f"/patients/{a_patient}")
    check_with_axe(page, "patient with a visit on the waitlist")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("section", has=page.get_by_role("heading", name="To do")).get_by_role("link", name="Find times").click()
    page.wait_for_url("**/schedule/times*")
    assert page.locator(".chip.on", has_text="afternoons").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(waiting)
    take_off(page)
    assert desk.said == []


def test_the_waitlist_works_without_javascript(window, a_patient):
    desk = window(java_script_enabled=False)
    page = desk.page
    times(desk, a_patient)
    page.get_by_text("Put on the waitlist").first.click()
    page.fill("#wait_reason", "Blood pressure")
    page.locator("#wait button").click()
    page.wait_for_url("**/visits/*")
    page.get_by_role("link", name="Find times").click()
    page.locator("ol.list a.button").first.click()
    assert page.input_value("#book_reason") == "Blood pressure"
    page.locator("#book button.primary").click()
    page.wait_for_url("**/visits/*")
    assert "Booked" in page.locator(".head .status").inner_text()
    page.locator(".undo button").click()
    page.get_by_text("Waitlist", exact=True).first.wait_for()
    take_off(page)


@pytest.mark.parametrize("script", [True, False])
def test_a_supervisor_books_over_a_taken_time(window, a_patient, script):
    desk = window("supervisor", java_script_enabled=script)
    page = desk.page
    times(desk, a_patient)
    page.get_by_text("Book over a time that is taken").click()
    page.fill("#id_over_day", page.locator("ol.list .when").nth(2).inner_text().split("\n")[0])
    page.fill("#id_over_time", "9:00")
    page.locator(".over-time button").click()
    page.wait_for_selector("#book")
    if script:
        check_with_axe(page, "book over")
    page.fill("#book_reason", "Cough")
    page.fill("#book_override", "The daughter can drive on that day only")
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/*")
    assert "The daughter can drive on that day only" in page.locator("main").inner_text()
    page.locator(".undo button").click()
    page.wait_for_load_state("load")


def test_others_do_not_see_it(window, a_patient):
    desk = window("scheduler")
    times(desk, a_patient)
    assert not desk.page.get_by_text("Book over").count()
