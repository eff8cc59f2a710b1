"""Book by keyboard alone and count the keys; boards, phones, no JavaScript, two tabs."""

import re

import pytest

from tests.browser.test_every_page import check_with_axe

pytestmark = pytest.mark.browser
KEYSTROKES_MAX = 15


class Keys:
    """Counts every key that is pressed."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, key):
        self.count += 1
        self.page.keyboard.press(key)

    def type(self, text):
        for letter in text:
            self.press(letter)


def settled(page, selector="[data-focus]"):
    page.wait_for_load_state("load")
    page.wait_for_function("s => document.activeElement && document.activeElement.matches(s)", arg=selector)


def times_of(page, patient, visit="pc-follow-up", more=""):
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + f"/schedule/times?patient={patient}&visit={visit}{more}")
    settled(page)


def test_from_find_to_booked_in_15_keystrokes(window, a_patient):
    desk = window()
    page = desk.page
    keys = Keys(page)
    keys.press("/")
    keys.type("cast")
    page.wait_for_selector("#found [role=option][aria-selected=true]")
    assert "Castillo Reyes, Marisol" in page.locator("#found [role=option]").first.inner_text()
    keys.press("Enter")
    page.wait_for_url(f"**/patients/{a_patient}")
    page.wait_for_load_state("load")
    keys.press("b")
    page.wait_for_url("**/schedule/times*")
    settled(page, "#visit")
    keys.type("fol")
    keys.press("Enter")
    page.wait_for_url("**visit=fol*")
    settled(page, "a.button.primary")
    keys.press("Enter")
    page.wait_for_url("**chosen=*")
    settled(page, "#book_reason")
    keys.type("BP")
    keys.press("Enter")
    page.wait_for_url("**/visits/*")
    assert "Booked" in page.locator(".head .status").inner_text()
    assert page.locator(".undo").is_visible()
    assert keys.count <= KEYSTROKES_MAX, keys.count
    assert desk.said == []
    assert not any("castillo" in url.lower() or "q=" in url for url in desk.asked)
    page.keyboard.press("z")
    page.wait_for_load_state("load")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_schedule_pages(window, a_patient, scheme):
    desk = window(color_scheme=scheme)
    page = desk.page
    for path in ("/schedule", "/schedule?span=week", "/schedule?by=room", "/schedule/times", f"/schedule/times?patient={a_patient}&visit=echo",
                 "/schedule/times?visit=class", f"/schedule/outside?patient={a_patient}", "/schedule/outbox"):  # fmt: skip
        assert desk.go(path) == 200, path
        check_with_axe(page, path)
    times_of(page, a_patient)
    page.locator("ol.list a.button").first.click()
    page.wait_for_selector("#book")
    check_with_axe(page, "booking card")
    page.locator("#book button.primary").click()
    page.wait_for_selector(".errors")
    check_with_axe(page, "booking card with something to fix")


@pytest.mark.parametrize("width", [320, 360])
def test_schedule_pages_fit_a_phone(window, a_patient, width):
    desk = window(width=width)
    for path in ("/schedule", "/schedule?span=week", "/schedule/times", f"/schedule/times?patient={a_patient}&visit=echo", "/schedule/outbox",
                 f"/schedule/outside?patient={a_patient}"):  # fmt: skip
        desk.go(path)
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= width, path
    times_of(desk.page, a_patient)
    desk.page.locator("ol.list a.button").first.click()
    desk.page.wait_for_selector("#book")
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= width


def test_booking_works_without_javascript(window, a_patient):
    page = window(java_script_enabled=False).page
    page.goto("/".join(page.url.split("/")[:3]) + f"/schedule/times?patient={a_patient}&visit=pc-follow-up")
    page.locator("ol.list a.button").nth(3).click()
    page.fill("#book_reason", "Blood pressure")
    page.locator("#book button.primary").click()
    page.wait_for_url("**/visits/*")
    assert "Booked" in page.locator(".head .status").inner_text()
    page.locator(".undo button").click()


def test_what_was_typed_survives_a_time_that_is_gone(window, a_patient):
    mine, other = window(), window("scheduler")
    times_of(mine.page, a_patient, more="&within=14&days=1")
    times_of(other.page, a_patient, more="&within=14&days=1")
    for page in (mine.page, other.page):
        page.locator("ol.list a.button").first.click()
        settled(page, "#book_reason")
    other.page.keyboard.type("First")
    other.page.keyboard.press("Enter")
    other.page.wait_for_url("**/visits/*")
    mine.page.keyboard.type("Typed before")
    mine.page.keyboard.press("Enter")
    mine.page.wait_for_selector("[name=take_instead]")
    assert mine.page.input_value("#book_reason") == "Typed before"
    assert "What you typed is kept" in mine.page.locator("#book").inner_text()


def test_the_board_by_keyboard_moves_a_visit(window, a_patient):
    desk = window()
    page = desk.page
    times_of(page, a_patient, more="&within=30&days=2")
    page.locator("ol.list a.button").nth(2).click()
    settled(page, "#book_reason")
    page.keyboard.type("Board")
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/*")
    visit = re.search(r"/visits/([^?#]+)", page.url)[1]
    when = page.evaluate("v => fetch(`/visits/${v}/calendar`).then(r => r.text())", visit)
    date = re.search(r"BEGIN:VEVENT.*?DTSTART[^:]*:(\d{4})(\d{2})(\d{2})", when, re.DOTALL)
    desk.go(f"/schedule?day={date[1]}-{date[2]}-{date[3]}")
    card = page.locator(f"a.visit[data-visit='{visit}']").first
    card.focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    assert page.locator("a.moving").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("a.moving").count() == 0
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('[data-board]') !== null")
    assert desk.said == []


def test_no_text_of_a_board_is_cut_in_half(window):
    page = window(width=1440, height=1000).page
    page.goto("/".join(page.url.split("/")[:3]) + "/schedule")
    cut = page.evaluate(
        "() => [...document.querySelectorAll('.visit .in')].filter(e => e.getBoundingClientRect().height % 17 > 0.6 &&"
        " e.getBoundingClientRect().height % 17 < 16.4 || e.getBoundingClientRect().bottom > e.parentElement.getBoundingClientRect().bottom + 1)"
        ".map(e => [e.innerText, e.getBoundingClientRect().height])"
    )
    assert cut == []


def test_a_board_prints_without_its_controls(window):
    page = window().page
    page.goto("/".join(page.url.split("/")[:3]) + "/schedule")
    page.emulate_media(media="print")
    assert not page.locator(".board-bar").is_visible()
    assert page.locator(".schedule-board").is_visible()
    assert page.locator("a.free").first.is_hidden() if page.locator("a.free").count() else True
