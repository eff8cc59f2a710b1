"""The clinic's settings and the audit in a real browser: axe, a phone, keys alone, and without JavaScript."""

import re

import pytest

from tests.browser.test_every_page import check_with_axe

pytestmark = pytest.mark.browser


def pages(desk):
    """Return the set-up pages, of one person, room and site that are there."""
    desk.go("/settings/booked")
    person = re.search(r"/settings/booked/([0-9a-f-]{30,})", desk.page.content())[1]
    desk.go("/settings/places")
    text = desk.page.content()
    room, site = (re.search(rf"/settings/places/{kind}/([0-9a-f-]{{30,}})", text)[1] for kind in ("room", "site"))
    desk.go("/settings/visit-types")
    kind = re.search(r"/settings/visit-types/([a-z-]+)\"[^>]*>Echo", desk.page.content())[1]
    return (
        "/settings", "/settings/places", "/settings/booked", f"/settings/booked/{person}", f"/settings/places/room/{room}",
        f"/settings/places/site/{site}", f"/settings/hours/Practitioner/{person}", f"/settings/history/Practitioner/{person}",
        "/settings/visit-types", f"/settings/visit-types/{kind}", "/settings/visit-types/add", "/settings/places/add/room",
        "/settings/booked/add",
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(window, scheme):
    desk = window("administrator", color_scheme=scheme)
    for path in pages(desk):
        assert desk.go(path) == 200, path
        check_with_axe(desk.page, path)
    auditor = window("auditor", color_scheme=scheme)
    for path in ("/settings", "/settings/audit"):
        auditor.go(path)
        check_with_axe(auditor.page, path)
    assert desk.said + auditor.said == []


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_is_wider_than_a_phone(window, width):
    desk, auditor = window("administrator", width=width), window("auditor", width=width)
    for one, paths in ((desk, pages(desk)), (auditor, ("/settings/audit",))):
        for path in paths:
            one.go(path)
            assert one.page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_hours_are_changed_and_taken_back_by_keys_alone_and_without_a_script(window):
    desk = window("administrator", java_script_enabled=False)
    room = pages(desk)[4].rsplit("/", 1)[-1]
    desk.go(f"/settings/hours/Location/{room}")
    before = desk.page.input_value("#id_weekly-0-end")
    desk.page.fill("#id_weekly-0-end", "9 pm")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".undo button")
    assert desk.page.input_value("#id_weekly-0-end") == "9:00 PM"
    desk.page.focus(".undo button")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector("text=Undone.")
    assert desk.page.input_value("#id_weekly-0-end") == before
