"""What every page must pass: axe in light and dark, 320 px, no console error, no other host, weight, print."""

import gzip
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser

PAGES = (
    "/", "/?view=unclaimed", "/patients", "/patients/register", "/settings", "/design", "/nowhere",
    "/account/two-step/", "/account/password/", "/sign-out/",
    "/patients/{patient}", "/patients/{patient}/timeline", "/patients/{patient}/results", "/patients/{patient}/documents",
    "/patients/{patient}/history", "/patients/{patient}/history/Patient/{patient}", "/patients/{patient}/history/RelatedPerson/{relation}",
    "/visits/{visit}", "/visits/{visit}?do=cancel",
    *(f"/patients/{{patient}}/edit/{form}" for form in (
        "phone", "email", "address", "language", "person", "about", "relation", "relation?on={relation}", "team", "coverage", "guarantor",
        "note", "deceased",
    )),
    "/schedule", "/schedule/times?patient={patient}", "/schedule/outbox", "/schedule/outside?patient={patient}",
)  # fmt: skip
OTHERS = {  # pages of other roles
    "nurse": tuple(f"/patients/{{patient}}/edit/{form}" for form in ("problem", "medication", "allergy")),
    "records": ("/patients/merge",),
    "administrator": ("/settings/people",),
}
FIRST_LOAD_BYTES_MAX = 100_000


def check_with_axe(page, where):
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    wrong = [
        f"{violation['id']}: {violation['help']} at {[node['target'] for node in violation['nodes']][:4]}"
        for violation in found.response["violations"]
    ]
    assert not wrong, f"{where}\n" + "\n".join(wrong)


@pytest.fixture(scope="session")
def places(clinic, chromium, a_patient):
    """The ids that stand in the addresses of pages: a patient, a visit to come, someone beside the patient."""
    context = chromium.new_context()
    desk = Desk(clinic, context)
    desk.sign_in()
    desk.go(f"/patients/{a_patient}")
    page = desk.page.content()
    context.close()
    return {
        "patient": a_patient,
        "visit": re.search(r'href="/visits/([^"/]+)"', page)[1],
        "relation": re.search(r'edit/relation\?on=([^"]+)"', page)[1],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(window, places, scheme):
    desk = window(color_scheme=scheme)
    for path in PAGES:
        desk.go(path.format(**places))
        check_with_axe(desk.page, path)
    for role, paths in OTHERS.items():
        other = window(role, color_scheme=scheme)
        for path in paths:
            assert other.go(path.format(**places)) == 200, path
            check_with_axe(other.page, f"{role}: {path}")


def test_axe_finds_nothing_on_what_a_form_answers(window, places):
    desk = window()
    page = desk.page
    desk.go(f"/visits/{places['visit']}?do=cancel")
    page.click("#cancel button.primary")
    page.wait_for_selector("#cancel .errors")
    check_with_axe(page, "cancel without a reason")
    desk.go("/schedule/times")
    page.fill("main #q", "an")  # several begin so
    page.keyboard.press("Enter")
    page.wait_for_url("**/schedule/for")
    check_with_axe(page, "for whom")
    desk.go("/patients/register")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    check_with_axe(page, "register, unfolded")
    page.click("text=Add another person")
    page.wait_for_selector("[name=p2-name]")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.activeElement.textContent") == "Third person"
    check_with_axe(page, "register, a third person")
    desk.go(f"/patients/{places['patient']}/edit/about")
    page.check("[name=race][value=declined]")
    page.check("[name=race][value='2106-3']")
    page.click("main button.primary")
    page.wait_for_selector(".errors")
    check_with_axe(page, "about, to be mended")
    records = window("records")
    records.go("/patients/merge")
    records.page.click("main button.primary")
    records.page.wait_for_selector(".errors")
    check_with_axe(records.page, "merge without numbers")


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_is_wider_than_a_phone(window, places, width):
    desk = window(width=width)
    for path in PAGES:
        desk.go(path.format(**places))
        wide = desk.page.evaluate(
            "() => [document.documentElement.scrollWidth, [...document.querySelectorAll('main *')].filter(e =>"
            " e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll,.board,.tabs,.rail,pre,[tabindex]'))"
            ".slice(0, 3).map(e => e.outerHTML.slice(0, 120))]"
        )
        assert wide[0] <= width, (path, wide)


def test_the_console_is_silent_and_nobody_else_is_asked(window, places):
    desk = window()
    for path in PAGES:
        if path != "/nowhere":
            desk.go(path.format(**places))
    assert desk.said == []
    assert [url for url in desk.asked if not url.startswith((desk.base, "data:"))] == []


def test_the_first_load_is_light(window):
    desk = window(None)
    sizes = {}

    def weigh(answer):
        if answer.url.startswith(desk.base) and answer.status == 200 and "/live/" not in answer.url:
            body = answer.body()
            packed = body if answer.url.endswith(".woff2") else gzip.compress(body)
            sizes[answer.url] = min(len(body), len(packed))

    desk.page.on("response", weigh)
    desk.sign_in()
    desk.page.wait_for_load_state("load")
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES_MAX, sizes


def test_targets_are_large_enough(window, a_patient):
    desk = window(width=360)
    for path in ("/", "/patients", "/patients/register", "/settings"):
        desk.go(path.format(patient=a_patient))
        small = desk.page.evaluate(
            "() => [...document.querySelectorAll('button, .button, summary, select, .rail a, input')]"
            ".filter(e => e.offsetParent && !['hidden'].includes(e.type) && !e.closest('label'))"
            ".filter(e => { const r = e.getBoundingClientRect(); return r.width < 24 || r.height < 24; })"
            ".map(e => e.outerHTML.slice(0, 100))"
        )
        assert small == [], path


def test_forced_colours_and_reduced_motion_and_print_leave_the_page_whole(window):
    desk = window(forced_colors="active", reduced_motion="reduce")
    desk.go("/design")
    assert desk.page.locator(".status").first.is_visible()
    desk.page.emulate_media(media="print")
    assert not desk.page.locator(".rail").is_visible()
    assert not desk.page.locator("button").first.is_visible()
    assert desk.page.locator("main h1").is_visible()
