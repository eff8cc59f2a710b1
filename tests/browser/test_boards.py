"""How full a month and the week of all are, in a real browser, on a phone too."""

import pytest

from tests.browser.test_every_page import check_with_axe

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("address", ["/schedule?span=month", "/schedule?span=load&by=room"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_how_full_reads_well_and_a_day_opens_by_enter(window, address, width, scheme):
    desk = window("scheduler", width=width, color_scheme=scheme)
    assert desk.go(address) == 200
    check_with_axe(desk.page, address)
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cells = desk.page.locator("table.load td a")
    assert cells.first.bounding_box()["width"] < width / 3
    cells.first.focus()
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    assert "span=day" in desk.page.url
