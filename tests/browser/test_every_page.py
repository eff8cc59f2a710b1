"""What every page must pass: axe in light and dark, 320 px, no console error, no other host, weight, print."""

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PAGES = (
    "/", "/?view=unclaimed", "/patients", "/patients/register", "/settings", "/design", "/nowhere",
    "/account/two-step/", "/account/password/", "/sign-out/",
    "/patients/{patient}", "/patients/{patient}/timeline", "/patients/{patient}/results", "/patients/{patient}/documents",
    "/patients/{patient}/history",
    "/schedule", "/schedule/times?patient={patient}", "/schedule/outbox", "/schedule/outside?patient={patient}",
)  # fmt: skip
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(window, a_patient, scheme):
    desk = window(color_scheme=scheme)
    for path in PAGES:
        desk.go(path.format(patient=a_patient))
        check_with_axe(desk.page, path)


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_is_wider_than_a_phone(window, a_patient, width):
    desk = window(width=width)
    for path in PAGES:
        desk.go(path.format(patient=a_patient))
        wide = desk.page.evaluate(
            "() => [document.documentElement.scrollWidth, [...document.querySelectorAll('main *')].filter(e =>"
            " e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll,.board,.tabs,.rail,pre,[tabindex]'))"
            ".slice(0, 3).map(e => e.outerHTML.slice(0, 120))]"
        )
        assert wide[0] <= width, (path, wide)


def test_the_console_is_silent_and_nobody_else_is_asked(window, a_patient):
    desk = window()
    for path in PAGES:
        if path != "/nowhere":
            desk.go(path.format(patient=a_patient))
    assert desk.said == []
    assert [url for url in desk.asked if not url.startswith((desk.base, "data:"))] == []


def test_the_first_load_is_light(window):
    desk = window(None)
    sizes = {}

    def weigh(answer):
        if answer.url.startswith(desk.base) and answer.status == 200:
            body = answer.body()
            packed = body if answer.url.endswith(".woff2") else gzip.compress(body)
            sizes[answer.url] = min(len(body), len(packed))

    desk.page.on("response", weigh)
    desk.sign_in()
    desk.page.wait_for_load_state("networkidle")
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
