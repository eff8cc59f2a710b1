"""The tasks of a day as keys: what is pressed, in which role, and how the record shows that it happened."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page
from scripts.clinic_at import ClinicAt
from scripts.hands import Step, go, press, say, then

TEN = 10


@dataclass(frozen=True, slots=True)
class Task:
    """Something one does; it begins on Today, signed in."""

    name: str
    role: str
    about: str
    steps: Sequence[Step]
    proof: str  # what the record shows afterwards
    happened: Callable[[ClinicAt, Page], bool]
    seconds_max: int | None = None  # promised by the design


def find(text: str) -> tuple[Step, ...]:
    """Type into the box on top and open what is found first."""
    return press("/"), say(text, see=f"#found[data-for='{text}'] [aria-selected=true]"), then("Enter", page=True)


def id_of(page: Page, place: str) -> str:
    found = re.search(rf"/{place}/([^/?#]+)", page.url)
    return found[1] if found else ""


def named(resource: dict[str, Any], family: str) -> bool:
    return any(family in name.get("family", "") for name in resource.get("name", ()))


def found(clinic: ClinicAt, page: Page) -> bool:
    return named(clinic.read("Patient", id_of(page, "patients")), "Castillo")


def registered(clinic: ClinicAt, page: Page) -> bool:
    made = clinic.read("Patient", id_of(page, "patients"))
    return named(made, "Przybylski") and made["birthDate"] == "1957-03-12" and "2025550188" in str(made["telecom"])


def booked(clinic: ClinicAt, page: Page) -> bool:
    made = clinic.read("Appointment", id_of(page, "visits"))
    return made.get("status") == "booked" and made["reasonCode"][0]["text"] == "bp"


def moved(clinic: ClinicAt, page: Page) -> bool:
    first, *_, last = clinic.versions("Appointment", id_of(page, "visits"))
    return last["status"] == "booked" and last["start"] != first["start"]


def called(clinic: ClinicAt, _: Page) -> bool:
    made = clinic.newest("Communication")
    return "Pill is right" in str(made.get("payload")) and all(
        clinic.read("Task", about["reference"].split("/")[1])["status"] == "completed" for about in made["about"]
    )


def checked_in(clinic: ClinicAt, page: Page) -> bool:
    list_ = clinic.newest("QuestionnaireResponse")
    return list_.get("status") == "completed" and clinic.read("Appointment", id_of(page, "visits"))["status"] in {"arrived", "checked-in"}


def filed(clinic: ClinicAt, _: Page) -> bool:
    made = clinic.newest("DocumentReference")
    return named(clinic.read("Patient", made["subject"]["reference"].split("/")[1]), "Castillo")


def closed(clinic: ClinicAt, page: Page) -> bool:
    return clinic.read("ServiceRequest", id_of(page, "referrals"))["status"] == "completed"


def handed_over(clinic: ClinicAt, _: Page) -> bool:
    newest = [clinic.versions("Task", task["id"]) for task in clinic.all("Task")[:TEN]]
    return all("owner" in before and "owner" not in now and "'scheduling'" in str(now["performerType"]) for *_, before, now in newest)


def ready(do: str) -> str:
    """Return what matches the button of check-in that stands ready to be pressed."""
    return f"[name=do][value^='{do}']:focus"


TASKS = (
    Task("Find", "coordinator", "A patient, by the beginning of a name, to the open chart.",
         find("cast"), "the chart that is open is hers.", found),
    Task("Register", "scheduler", "Someone new, with name, birth date and phone.",
         (*find("zygmunt przybylski"), say("3/12/57", "Tab", "Tab"), say("2025550188", "Enter", page=True)),
         "a Patient with that name, birth date and phone.", registered),
    Task("Book", "coordinator", "A follow-up for a patient who is on the phone, from finding her to the sentence to read back.",
         (*find("cast"), go("b", see="#visit:focus"), say("fol", "Enter", page=True, see="a.button.primary:focus"),
          go("Enter", see="#book_reason:focus"), say("bp", "Enter", page=True)),
         "an Appointment, booked, with the reason.", booked, 60),
    Task("Move", "coordinator", "A patient's next visit to another time, from finding the patient; she asked for it.",
         (*find("cast"), go("m"), go("m", see="a.button.primary:focus"), press("j", see="li[aria-current=true] a.button:not(.primary):focus"), go("Enter", see="#book_moved_for:focus"),
          say("the p", "Control+Enter", page=True)), "the same Appointment, booked, at another time.", moved),
    Task("Log a call", "coordinator", "A call-back that was promised: the person checked, what was said, the promise kept.",
         (*find("petrova"), go("c", see="[name=verified]:focus"), press(" ", "Tab", " "), press("o", " "),
          then("Tab"), say("Pill is right, takes it at night", "Tab"), say("done: ", "Control+Enter", page=True)),
         "a Communication with the words, about the Task; the Task completed.", called, 120),
    Task("Check in", "scheduler", "A patient who has just come in, the whole list: ID, read back, card, consents, copay, slip.",
         (*find("brandt"), go("m"), go("e"), go("i", see=ready("identity")), go("Enter", see=ready("demographics")),
          go("Enter", see=ready("no-card")), go("Enter", see=ready("consent:treatment")), go("Enter", see=ready("consent:privacy")),
          go("Enter", see=ready("consent:billing")), go("Enter", see="[name=pay-amount]:focus"), say("20", "Enter", page=True, see=ready("printed")),
          go("Enter", see=ready("finish")), then("Enter", page=True)),
         "the list completed, the Appointment arrived.", checked_in),
    Task("File a document", "records", "The oldest fax, looked at and put into its chart.",
         (go("g", "r"), go("Enter"), go("f")), "the DocumentReference, current, in the patient's chart.", filed, 45),
    Task("Close a referral", "coordinator", "The patient was told what the specialist wrote; the loop is closed.",
         (go("g", "l"), press("k"), go("Enter"), go("b", see="[name=how]:focus"), then("Control+Enter", page=True)),
         "the ServiceRequest completed.", closed, 60),
    Task("Hand over ten items", "coordinator", "Ten pieces of one's own work to the schedulers, in one act.",
         (*(press("j", "x") for _ in range(TEN)), press("h"), say("sch", "Control+Enter", page=True)),
         "ten Tasks that the team holds.", handed_over),
)  # fmt: skip
