"""From `waypost init` to the first booked visit, as its administrator and then its coordinator would go."""

import re

import pytest

from tests.browser.conftest import Desk
from tests.running import Running, waypost

pytestmark = pytest.mark.browser
SECRET = "a long enough one 7"


@pytest.fixture
def empty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first") / "clinic"
    kept = folder.parent / "password"
    kept.write_text(SECRET)
    waypost("init", "--name", "Harbor Health", "--password-file", str(kept), data_dir=folder)
    with Running(folder) as running:
        yield running


def sign_in(clinic, chromium, name):
    desk = Desk(clinic, chromium.new_context(viewport={"width": 1280, "height": 900}))
    desk.go("/sign-in/")
    desk.page.fill("#id_login", name)
    desk.page.fill("#id_password", SECRET)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(desk.base + "/")
    return desk


def send(page):
    """Press the page's own primary button and wait for where it leads."""
    with page.expect_navigation():
        page.click("main form button.primary >> nth=0")


def first_step(desk):
    """Go to Settings and press the first step that is missing."""
    desk.go("/settings")
    with desk.page.expect_navigation():
        desk.page.click(".first-steps a.primary")


def test_an_empty_clinic_books_its_first_visit(empty, chromium):
    admin = sign_in(empty, chromium, "administrator")
    page = admin.page
    first_step(admin)
    page.fill("#id_name", "Harbor")
    send(page)
    first_step(admin)
    page.fill("#id_name", "Room 1")
    send(page)
    first_step(admin)
    page.fill("#id_given", "Sofia")
    page.fill("#id_family", "Lind")
    page.fill("#id_title", "Dr")
    send(page)
    assert "Hours: Dr Sofia Lind" in page.inner_text("main")
    first_step(admin)
    page.fill("#id_name_en", "First visit")
    send(page)
    first_step(admin)
    page.fill("#id_display", "Ana Ruiz")
    page.fill("#id_username", "ana")
    page.check("input[name=roles][value=coordinator]")
    page.fill("#id_password", SECRET)
    send(page)
    admin.go("/settings")
    assert "Before the first visit can be booked" not in page.inner_text("main")

    coordinator = sign_in(empty, chromium, "ana")
    page = coordinator.page
    coordinator.go("/patients/register")
    page.fill("[name=family]", "Okonjo")
    page.fill("[name=given]", "Ada")
    page.fill("[name=born]", "3/12/1957")
    page.fill("[name=t0-number]", "202-555-0142")
    page.check("[name=gender][value=female]") if page.locator("[name=gender][type=radio]").count() else page.select_option("[name=gender]", "female")
    send(page)
    patient = re.search(r"/patients/([^/?#]+)", page.url)[1]
    coordinator.go(f"/schedule/times?patient={patient}&visit=first-visit")
    assert "Dr Sofia Lind" in page.inner_text("main")
    page.click("ol.list a.button >> nth=0")
    page.fill("#book [name=reason]", "New here")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Booked" in page.inner_text("main")
    assert admin.said + coordinator.said == []
