"""Who pays first where there is Medicare: the questions, in our words, and what the answers suggest. Pure.

A suggestion, never a decision: the payers decide. Rules as Medicare's secondary-payer provisions stand in 2026
(42 USC 1395y(b)): working aged, employer of 20 or more; disability, of 100 or more; kidney failure, the first 30 months.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
QUESTIONNAIRE = "urn:waypost:questionnaire:medicare-secondary"
GOOD_FOR_DAYS = 90  # asked at least so often [P]
YES, NO, UNSURE = "yes", "no", "unsure"


@dataclass(frozen=True, slots=True)
class Question:
    """One question, as it is read to the patient. `of`: asked only where an earlier one was answered with yes."""

    code: str
    en: str
    es: str
    choices: tuple[tuple[str, str, str], ...] = ((YES, "Yes", "Sí"), (NO, "No", "No"), (UNSURE, "Not sure", "No sé"))
    of: str = ""


QUESTIONS = (
    Question("injury-work", "Is this visit for an injury or illness from work?", "¿Esta visita es por una lesión o enfermedad del trabajo?"),
    Question("accident", "Is this visit because of an accident, such as a car crash or a fall?",
             "¿Esta visita es por un accidente, como un choque o una caída?"),
    Question("black-lung", "Do you get Black Lung benefits, and is this visit for that?",
             "¿Recibe beneficios por pulmón negro, y esta visita es por eso?"),
    Question("veterans", "Has the VA agreed to pay for this visit?", "¿El VA aceptó pagar esta visita?"),
    Question("kidney", "Do you have Medicare because of kidney failure?", "¿Tiene Medicare por falla de los riñones?"),
    Question("kidney-months", "Did that Medicare start less than 30 months ago?", "¿Ese Medicare empezó hace menos de 30 meses?", of="kidney"),
    Question("disability", "Are you under 65 and have Medicare because of a disability?",
             "¿Tiene menos de 65 años y Medicare por una discapacidad?"),
    Question("group-plan", "Do you, your spouse or family have a health plan through a job they still work at?",
             "¿Usted, su esposo o esposa, o su familia tiene un seguro por un trabajo actual?"),
    Question("employer", "How many people work for that employer?", "¿Cuántas personas trabajan para ese empleador?",
             (("under-20", "Fewer than 20", "Menos de 20"), ("20-99", "20 to 99", "De 20 a 99"), ("100", "100 or more", "100 o más"),
              (UNSURE, "Not sure", "No sé")), of="group-plan"),
)  # fmt: skip
CODES = frozenset(question.code for question in QUESTIONS)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who may have to pay before Medicare, and why; `first` is '' where Medicare pays first."""

    first: str
    why: str
    sure: bool = True


def has_medicare(coverage: Json) -> bool:
    """Say whether a coverage is Medicare, or a Medicare Advantage plan."""
    said = [(coverage.get("type") or {}).get("text", "")]
    said += [c.get(key, "") for c in (coverage.get("type") or {}).get("coding", ()) for key in ("code", "display")]
    said += [one.get("display", "") for one in coverage.get("payor", ())]
    said += [one.get(key, "") for one in coverage.get("class", ()) for key in ("name", "value")]
    return coverage.get("status") == "active" and any("medicare" in str(one).casefold() for one in said)


def asked(answers: Mapping[str, str]) -> list[Question]:
    """Return the questions that are to be answered after these answers."""
    return [one for one in QUESTIONS if not one.of or answers.get(one.of) == YES]


def missing(answers: Mapping[str, str]) -> list[Question]:
    """Return the questions that are still to be answered."""
    return [one for one in asked(answers) if answers.get(one.code) not in {code for code, _, _ in one.choices}]


def suggest(answers: Mapping[str, str]) -> Suggestion:
    """Return who seems to pay first."""
    yes = {code for code, answer in answers.items() if answer == YES}
    if "injury-work" in yes:
        return Suggestion("Workers’ compensation", "for what comes from work")
    if "accident" in yes:
        return Suggestion("No-fault or liability insurance", "for what comes from the accident")
    if "black-lung" in yes:
        return Suggestion("Federal Black Lung Program", "for care of the lungs")
    if "veterans" in yes:
        return Suggestion("Veterans Affairs", "for what it has agreed to pay")
    if "group-plan" in yes:
        return _group_plan(answers, yes)
    doubts = [one for one in asked(answers) if answers.get(one.code) == UNSURE]
    return Suggestion("", "Nothing else was named that pays before it.", sure=not doubts)


def _group_plan(answers: Mapping[str, str], yes: set[str]) -> Suggestion:
    size = answers.get("employer", UNSURE)
    if "kidney" in yes and "kidney-months" in yes:
        return Suggestion("The employer’s plan", "for the first 30 months of Medicare for kidney failure, whatever the employer’s size")
    if "kidney" in yes:
        return Suggestion("", "The 30 months of kidney failure are over.", sure=answers.get("kidney-months") == NO)
    if size == UNSURE:
        return Suggestion("", "It depends on how many people work for the employer.", sure=False)
    if "disability" in yes:
        large = size == "100"
        return Suggestion("The employer’s plan" if large else "", "of 100 or more, for Medicare by disability" if large else
                          "An employer of fewer than 100 pays after Medicare by disability.")  # fmt: skip
    large = size in {"20-99", "100"}
    return Suggestion("The employer’s plan" if large else "", "of 20 or more, while the work goes on" if large else
                      "An employer of fewer than 20 pays after Medicare.")  # fmt: skip


def answers_of(response: Json | None) -> dict[str, str]:
    """Return the answers of a QuestionnaireResponse by question."""
    found = {}
    for one in (response or {}).get("item", ()):
        given = next((a.get("valueCoding", {}).get("code", "") for a in one.get("answer", ())), "")
        if one.get("linkId") in CODES and given:
            found[one["linkId"]] = given
    return found


def items_of(answers: Mapping[str, str]) -> list[Json]:
    """Return the answers as items of a QuestionnaireResponse."""
    made = []
    for one in asked(answers):
        said = next((word for code, word, _ in one.choices if code == answers.get(one.code)), "")
        if said:
            coding = {"system": "urn:waypost:answer", "code": answers[one.code], "display": said}
            made.append({"linkId": one.code, "text": one.en, "answer": [{"valueCoding": coding}]})
    return made
