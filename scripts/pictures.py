"""Draw docs/pictures anew: the demo clinic as each role sees it, at 10:22 on a Tuesday.

    .venv/bin/python scripts/pictures.py           all of them
    .venv/bin/python scripts/pictures.py today     one
"""

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
from PIL import Image
from playwright.sync_api import Page
from scripts import clinic_at
from scripts.hands import Hands, Step, go, say
from scripts.journeys import find

PLACE = ROOT / "docs" / "pictures"
BYTES_MAX = 150 * 1024
COLORS = (256, 128, 64, 32)  # as many as fit
SETTLED_MILLISECONDS = 500  # fonts, and what is drawn live
DESK, PHONE = (1280, 800), (390, 780)


@dataclass(frozen=True, slots=True)
class Picture:
    """What one sees, in which role, after which keys from the first page on."""

    name: str
    role: str
    steps: Sequence[Step] = ()
    path: str = ""  # an address to begin at, where it is not the first page
    click: str = ""  # the words of a link that leads on
    patient_born: str = ""  # where the link is handed to a patient: the birth date that is asked first
    size: tuple[int, int] = DESK


PICTURES = (
    Picture("today", "coordinator"),
    Picture("patient", "coordinator", find("castillo")),
    Picture("call", "coordinator", (*find("petrova"), go("c"))),
    Picture("times", "coordinator", (*find("castillo"), go("b", see="#visit:focus"), say("fol", "Enter", page=True))),
    Picture("referrals", "coordinator", path="/referrals"),
    Picture("flow", "scheduler", path="/flow"),
    Picture("check-in", "scheduler", (*find("brandt"), go("m"), go("e"), go("i"))),
    Picture("own-part", "scheduler", (*find("brandt"), go("m"), go("i")), click="Patient’s own part", patient_born="9/30/1969", size=PHONE),
    Picture("wall", "scheduler", path="/flow", click="Wall view"),
    Picture("board", "scheduler", path="/schedule"),
    Picture("nurse", "nurse", path="/?view=team"),
    Picture("clinician", "clinician", find("castillo")),
    Picture("clinician-phone", "clinician", size=PHONE),
    Picture("document", "records", (go("g", "r"), go("Enter"))),
    Picture("billing", "billing", path="/?view=unclaimed"),
    Picture("supervise", "supervisor", path="/supervise"),
)  # fmt: skip


def compressed(png: bytes) -> bytes:
    """Return the picture with as many colors as fit into what a page of docs may weigh."""
    drawn = Image.open(io.BytesIO(png)).convert("RGB")
    kept = b""
    for colors in COLORS:
        written = io.BytesIO()
        drawn.quantize(colors, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        kept = written.getvalue()
        if len(kept) <= BYTES_MAX:
            break
    return kept


def draw(clinic: clinic_at.ClinicAt, picture: Picture) -> bytes:
    width, height = picture.size
    with clinic.browser.new_context(viewport={"width": width, "height": height}, color_scheme="light") as context:
        page = context.new_page()
        clinic_at.sign_in(clinic, page, picture.role)
        if picture.path:
            page.goto(clinic.base + picture.path)
        hands = Hands(page)
        hands.do(picture.steps)
        if picture.click:
            with page.expect_event("load"):
                page.get_by_role("link", name=picture.click).click()
        if picture.patient_born:
            _as_patient(page, picture.patient_born)
        page.wait_for_timeout(SETTLED_MILLISECONDS)
        if hands.said:
            raise SystemExit(f"pictures: {picture.name}: {' '.join(hands.said)}")
        return compressed(page.screenshot())


def _as_patient(page: Page, born: str) -> None:
    """Open the link that the page shows as the patient does, and say the birth date."""
    page.goto(page.input_value("#link"))
    page.locator("main input:not([type=hidden])").first.fill(born)
    with page.expect_event("load"):
        page.keyboard.press("Enter")


def main(names: Sequence[str]) -> None:
    with clinic_at.opened() as clinic:
        for picture in PICTURES:
            if not names or picture.name in names:
                drawn = draw(clinic, picture)
                (PLACE / f"{picture.name}.png").write_bytes(drawn)
                print(f"docs/pictures/{picture.name}.png, {len(drawn) // 1024} KB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
