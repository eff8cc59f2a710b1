"""The letter in plain words after a mammogram, which the law asks for (FUP-2; 21 CFR 900.12(c), as in force from September 10, 2024)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from waypost.coordination.worklist.rules.shapes import (
    Again,
    Answer,
    Facts,
    Figure,
    Figures,
    Item,
    Json,
    Rule,
    key_of,
)
from waypost.coordination.worklist.rules.words import read_at, refers_to, when
from waypost.kernel.dates import local_day, read_moment, say_short

# CPT 77065 to 77067; LOINC of mammography of both breasts, one, and screening.
CODES = frozenset({"77065", "77066", "77067", "24604-1", "24605-8", "24606-6"})
# SNOMED CT: mammography assessment, category 4 (suspicious) and 5 (highly suggestive).
SUSPICIOUS = frozenset({"397144001", "397145000"})
FINAL = frozenset({"final", "amended", "corrected"})
STAFF = ("Practitioner/", "PractitionerRole/", "Organization/")


def _letters(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for report in facts.all("DiagnosticReport"):
        read = read_moment(report.get("issued") or report.get("effectiveDateTime"), facts.zone)
        if report.get("status") not in FINAL or not is_mammogram(report) or read is None or read > facts.now:
            continue
        day = local_day(read, facts.zone)
        grave = suspicious(report)
        days = figures["suspicious" if grave else "days"]
        ends = facts.end_of(day + timedelta(days=figures["back"]))
        if facts.now >= ends:
            continue
        yield Again(ends)
        due, focus = facts.end_of(day + timedelta(days=days)), f"DiagnosticReport/{report['id']}"
        said = f"Mammogram read {when(facts, read)}{', suspicious or highly suggestive' if grave else ''}"
        if not _went_out(facts, focus, read, to_staff=False):
            yield Item(
                key=f"{report['id']}:patient", focus=focus, what="Send the mammogram letter", due=due, priority="urgent" if grave else "routine",
                why=f"{said}; a letter in plain words is due to the patient within {days} days (FUP-2).", lane="safety" if grave else "",
            )  # fmt: skip
        if grave and not _went_out(facts, focus, read, to_staff=True):
            yield Item(
                key=f"{report['id']}:provider", focus=focus, what="Tell the provider about the mammogram", due=due, priority="urgent", lane="safety",
                why=f"{said}; whoever referred is to have the report within {days} days (FUP-2).",
            )  # fmt: skip


def is_mammogram(report: Json) -> bool:
    code = report.get("code") or {}
    said = [code.get("text", ""), *(c.get("display", "") for c in code.get("coding") or ())]
    return bool(CODES & {c.get("code") for c in code.get("coding") or ()}) or any("mammogr" in one.casefold() for one in said)


def suspicious(report: Json) -> bool:
    """Say whether whoever read it called it suspicious or highly suggestive. Nothing is interpreted here."""
    return bool(SUSPICIOUS & {c.get("code") for one in report.get("conclusionCode") or () for c in one.get("coding") or ()})


def _went_out(facts: Facts, reference: str, since: datetime, *, to_staff: bool) -> bool:
    """Say whether a letter about it went to the patient, or word of it to whoever referred."""
    for one in facts.all("Communication"):
        at = read_at(facts, one)
        if one.get("status") != "completed" or at is None or at < since or not refers_to(one.get("about"), reference):
            continue
        recipients = [(r or {}).get("reference", "") for r in one.get("recipient") or ()]
        staff = any(r.startswith(STAFF) for r in recipients)
        written = {"MAILWRIT", "EMAILWRIT"} & {c.get("code") for medium in one.get("medium") or () for c in medium.get("coding") or ()}
        if staff if to_staff else (written and not staff):
            return True
    return False


def _sent(facts: Facts, task: Json) -> str:
    wanted = (task.get("focus") or {}).get("reference", "")
    report = next((r for r in facts.all("DiagnosticReport") if f"DiagnosticReport/{r.get('id', '')}" == wanted), None)
    if report is None or report.get("status") not in FINAL:
        return "The report was taken back."
    read = read_moment(report.get("issued") or report.get("effectiveDateTime"), facts.zone)
    to_staff = key_of(task).endswith(":provider")
    if read is not None and _went_out(facts, wanted, read, to_staff=to_staff):
        return "Whoever referred has it." if to_staff else "The letter has gone out."
    return f"Read {say_short(local_day(read, facts.zone))}; it has aged out or was read anew." if read else "The report was taken back."


RULES = (
    Rule(
        code="mammogram-letter", name="Letters after a mammogram", kind="mammogram", source="FUP-2", pool="records",
        says="A mammogram was read: the patient has a letter in plain words within thirty days. Suspicious or highly suggestive, by whoever read it:"
        " patient and provider within seven calendar days. Ends when a letter about it, or word to the provider, is on record.",
        reads=("DiagnosticReport", "Communication"), decide=_letters, gone=_sent, own_only=True,
        figures=(
            Figure("days", "The letter goes out within", 30, 7, 30, "days"), Figure("suspicious", "Suspicious: patient and provider within", 7, 1, 7, "days"),
            Figure("back", "Let it go after this many days", 90, 31, 110, "days"),
        ),
    ),
)  # fmt: skip
