"""Find and open, register and undo: by keyboard alone, and without JavaScript."""

import pytest

from tests.browser.test_every_page import check_with_axe

pytestmark = pytest.mark.browser


def test_find_and_open_by_keyboard_alone(window, a_patient):
    desk = window()
    page = desk.page
    page.keyboard.press("/")
    page.keyboard.type("casitllo mari")
    page.wait_for_selector("#found [role=option][aria-selected=true]")
    option = page.locator("#found [role=option]").first
    assert "Castillo Reyes, Marisol" in option.inner_text()
    assert "Mar 12, 1957" in option.inner_text()
    assert "MRN 004 182" in option.inner_text()
    check_with_axe(page, "found")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/patients/{a_patient}")
    assert "Castillo" in page.locator(".band .name").inner_text()
    assert not any("castillo" in url.lower() or "q=" in url for url in desk.asked)
    assert desk.said == []


def test_arrows_move_and_escape_closes(window):
    page = window().page
    page.keyboard.press("Control+k")
    page.keyboard.type("a")
    page.keyboard.type("n")
    page.wait_for_selector("#found [role=option]:nth-child(2)")
    first = page.get_attribute("#find", "aria-activedescendant")
    page.keyboard.press("ArrowDown")
    second = page.get_attribute("#find", "aria-activedescendant")
    assert first != second
    page.keyboard.press("Escape")
    assert page.locator("#found [role=option]").count() == 0


def test_pages_and_actions_stand_in_the_same_box(window):
    page = window().page
    page.keyboard.press("/")
    page.keyboard.type("settings")
    page.wait_for_selector("#found [role=option]:has-text('Settings')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings")


def test_go_keys_and_the_page_of_keys(window):
    desk = window()
    page = desk.page
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/patients")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    desk.go("/")
    page.keyboard.press("j")
    assert page.locator("[data-rows] > li[aria-current=true]").count() == 1


def test_keys_can_be_switched_off(window):
    desk = window()
    desk.go("/settings")
    desk.page.uncheck("input[name=keys]")
    desk.page.click("text=Save")
    desk.page.wait_for_load_state()
    desk.page.keyboard.press("?")
    assert not desk.page.locator("#keys").is_visible()


def test_register_from_the_box_and_take_it_back(window):
    desk = window("scheduler")
    page = desk.page
    page.keyboard.press("/")
    page.keyboard.type("zygmunt przybylski")
    page.wait_for_selector("#doing-register")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_family")
    assert page.input_value("#id_family") == "Przybylski"
    assert page.input_value("#id_given") == "Zygmunt"
    page.fill("#id_born", "3/12/57")
    page.wait_for_selector("text=Tue, Mar 12, 1957")
    page.fill("#id_t0-number", "2025550188")
    page.keyboard.press("Enter")
    page.wait_for_selector(".undo")
    page.wait_for_load_state()  # the keys act once the page's script has run
    assert "Przybylski, Zygmunt" in page.locator(".band").inner_text()
    page.keyboard.press("z")
    page.wait_for_selector("text=Undone.")
    page.keyboard.press("/")
    page.keyboard.type("przybylski zygmunt")
    page.wait_for_selector("#doing-register")
    assert desk.said == []


def test_what_is_to_be_fixed_is_said_on_top_with_a_way_to_it(window):
    desk = window("scheduler")
    page = desk.page
    desk.go("/patients/register")
    page.fill("#id_given", "Ada")
    page.click("button:has-text('Register') >> nth=0")
    summary = page.locator(".errors")
    summary.wait_for()
    assert page.evaluate("document.activeElement.className") == "errors"
    check_with_axe(page, "errors")
    page.click(".errors a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "id_family"
    assert page.input_value("#id_given") == "Ada"


def test_find_look_and_register_work_without_javascript(window, a_patient):
    desk = window(java_script_enabled=False)
    page = desk.page
    page.fill("#find", "castillo 3/12/57")
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.list a.row")
    page.click("ol.list a.row >> nth=0")
    assert page.url.endswith(f"/patients/{a_patient}")
    assert "Castillo" in page.locator(".band").inner_text()
    desk.go("/patients/register")
    page.fill("#id_family", "Quixano")
    page.fill("#id_given", "Alonso")
    page.fill("#id_born", "1/2/1950")
    page.click("summary:has-text('How to reach')")
    page.click("button:has-text('Add another phone')")
    assert page.url.endswith("/patients/register#one-more")
    page.fill("[name=t2-number]", "2025550199")
    page.click("button:has-text('Register') >> nth=0")
    assert "Quixano, Alonso" in page.locator(".band").inner_text()
    assert "(202) 555-0199" in page.locator("main").inner_text()
