"""The patient page in a real browser: by keyboard, in place, without JavaScript, on a phone, on paper."""

import re

import pytest

from tests.browser.test_every_page import check_with_axe

pytestmark = pytest.mark.browser

FORMS = (
    "phone", "phone?on=0", "email", "address", "addresses", "language", "person", "relation", "team", "coverage", "note", "deceased",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_form(window, a_patient, scheme):
    desk = window(color_scheme=scheme)
    for form in FORMS:
        desk.go(f"/patients/{a_patient}/edit/{form}")
        check_with_axe(desk.page, form)
    desk.go(f"/patients/{a_patient}")
    desk.page.get_by_role("link", name="Edit languages and needs").click()
    desk.page.wait_for_selector(".card.edit")
    check_with_axe(desk.page, "in place")
    assert desk.said == []


def test_nurses_forms_too(window, a_patient):
    desk = window("nurse")
    for form in ("problem", "medication", "allergy"):
        desk.go(f"/patients/{a_patient}/edit/{form}")
        check_with_axe(desk.page, form)


def test_an_edit_by_keyboard_alone_and_its_undo(window, a_patient):
    desk = window()
    page = desk.page
    desk.go(f"/patients/{a_patient}")
    before = page.locator("#h-reach ~ table").inner_text()
    page.get_by_role("link", name="Edit languages and needs").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".card.edit")
    assert page.evaluate("document.activeElement.id") == "h-edit", "the form that opened has the focus"
    page.get_by_label("Another need").focus()
    page.keyboard.type("; Quiet room")
    page.keyboard.press("Enter")
    page.wait_for_selector(".undo")
    assert "Quiet room" in page.locator("main").inner_text()
    page.keyboard.press("z")
    page.wait_for_function("() => !document.querySelector('main').innerText.includes('Quiet room')")
    assert page.locator("#h-reach ~ table").inner_text() == before


def test_what_cannot_be_is_said_in_place_and_has_the_focus(window, a_patient):
    desk = window()
    page = desk.page
    desk.go(f"/patients/{a_patient}")
    page.get_by_role("link", name="Add a phone number").click()
    page.wait_for_selector(".card.edit")
    number = page.get_by_role("textbox", name="Number", exact=True)
    number.fill("12")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("#errors")
    assert page.evaluate("document.activeElement.id") == "errors"
    assert number.input_value() == "12"


def test_without_javascript_one_can_look_and_edit(window, a_patient):
    desk = window(java_script_enabled=False)
    page = desk.page
    desk.go(f"/patients/{a_patient}")
    page.get_by_role("link", name="Add a note").click()
    page.get_by_role("textbox", name="Note", exact=True).fill("Prefers the morning bus.")
    page.get_by_role("button", name="Keep the note").click()
    assert re.search(rf"/patients/{a_patient}$", page.url)
    assert "Prefers the morning bus." in page.locator("#timeline").inner_text()
    page.get_by_role("link", name=re.compile(r"^Contacts \d")).click()
    assert "Prefers the morning bus." in page.locator("#timeline").inner_text()
    assert page.locator("#timeline [aria-current]").inner_text().startswith("Contacts")


def test_the_timeline_filters_and_goes_on_in_place(window, a_patient):
    desk = window()
    page = desk.page
    desk.go(f"/patients/{a_patient}")
    first = page.locator("#timeline li").count()
    page.get_by_role("link", name="Earlier").click()
    page.wait_for_function(f"() => document.querySelectorAll('#timeline li').length > {first}")
    page.get_by_role("link", name=re.compile(r"^Results \d")).click()
    page.wait_for_selector("#timeline [aria-current]:has-text('Results')")
    assert desk.said == []


@pytest.mark.parametrize("form", FORMS)
def test_no_form_is_wider_than_a_phone(window, a_patient, form):
    desk = window(width=320)
    desk.go(f"/patients/{a_patient}/edit/{form}")
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_band_shrinks_and_stays(window, a_patient):
    desk = window(height=700)
    desk.go(f"/patients/{a_patient}")
    tall = desk.page.locator(".band").bounding_box()["height"]
    desk.page.mouse.wheel(0, 600)
    desk.page.wait_for_selector(".band.small")
    box = desk.page.locator(".band").bounding_box()
    assert box["height"] < tall
    assert 0 <= box["y"] < 120
    assert "MRN" in desk.page.locator(".band").inner_text()


def test_the_chart_prints_on_one_page(window, a_patient):
    desk = window()
    desk.go(f"/patients/{a_patient}")
    paper = desk.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 1


def test_a_closed_chart_opens_at_one_key(window, clinic, a_patient):
    desk = window("scheduler")
    desk.go(f"/patients/{a_patient}")
    if desk.page.locator("#h-closed").count():
        desk.page.keyboard.press("o")
        desk.page.wait_for_selector("#h-problems")
    assert desk.page.locator("#h-problems").is_visible()
