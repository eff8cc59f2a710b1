"""A real browser at a real Waypost: one small demo clinic for the session."""

import shutil

import pytest

from tests.running import Running, waypost

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
PASSWORD = "waypost-demo"
PATIENTS = "24"


@pytest.fixture(scope="session")
def clinic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser") / "clinic"
    waypost("demo", "--prepare", "--patients", PATIENTS, data_dir=folder)
    with Running(folder) as running:
        yield running


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"no browser here; `python3 scripts/setup.py browser` installs one ({str(error).splitlines()[0]})")
        yield browser
        browser.close()


class Desk:
    """A browser window; `said` gathers what the console said and `asked` every address that was asked for."""

    def __init__(self, clinic, context):
        self.base = f"http://127.0.0.1:{clinic.port}"
        self.context = context
        self.page = context.new_page()
        self.said, self.asked = [], []
        self.page.on(
            "console",
            lambda m: self.said.append(f"{m.type}: {m.text}") if m.type in {"error", "warning"} else None,
        )
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def go(self, path):
        answer = self.page.goto(self.base + path)
        return answer.status if answer else 0

    def sign_in(self, role="coordinator"):
        self.go("/sign-in/")
        self.page.fill("#id_login", role)
        self.page.fill("#id_password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(self.base + "/")


@pytest.fixture
def window(clinic, chromium):
    """Open a signed-in window: `window(width=360, color_scheme="dark")`."""
    contexts = []

    def open_(role="coordinator", *, width=1280, height=800, **more):
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        contexts.append(context)
        desk = Desk(clinic, context)
        if role:
            desk.sign_in(role)
        return desk

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def a_patient(clinic, chromium):
    """The id of a patient in the clinic, found as a person would find her."""
    context = chromium.new_context()
    desk = Desk(clinic, context)
    desk.sign_in()
    desk.go("/patients")
    desk.page.fill("#who", "castillo marisol")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector("ol.list a.row")
    href = desk.page.get_attribute("ol.list a.row", "href")
    context.close()
    return href.rsplit("/", 1)[-1]
