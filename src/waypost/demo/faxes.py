"""What came by fax and lies in the inbox: letters that nobody has filed, one that is two, one that is nobody's here."""

import base64
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha1

import typst

from waypost.demo.fhir import Json, ext, instant
from waypost.demo.people import Person
from waypost.demo.places import CENTER, known_id
from waypost.demo.times import local_day

_PAGE = '#set page(paper: "us-letter", margin: (x: 1in, top: 0.8in, bottom: 0.9in))\n#set document(date: none)\n#set text(font: "Libertinus Serif", size: 11pt)\n#set par(leading: 0.7em)\n'


@dataclass(frozen=True, slots=True)
class Fax:
    """One fax. `pages` are in typst's markup, {MRN} and the like filled in; `scan` makes a picture without words of it."""

    key: str
    sender: str
    title: str
    hours: float  # ago
    whose: str  # of the cast, '' for nobody here
    pages: tuple[str, ...]
    scan: str = ""  # TIFF | JPEG


_FAXES = (
    Fax("discharge", "General Hospital, Health Information", "Fax 0341", 3.2, "castillo", (
        "= Discharge summary\n*General Hospital* · 1200 Hospital Way\n\nPatient: {NAME} \\ Date of birth: {BORN} \\ MRN (yours): {MRN} \\ Discharge date: {DAY5}\n\n== Course\nAdmitted through the emergency department with dyspnea and leg swelling. Diuresed 3.1 kg with intravenous furosemide. Telemetry showed atrial fibrillation, rate controlled. Echocardiogram: ejection fraction 35 %.",
        "== Medications at discharge\n+ furosemide 40 mg twice a day (was once)\n+ sacubitril/valsartan 49/51 mg twice a day\n+ metformin 1 g twice a day\n+ apixaban 5 mg twice a day\n+ potassium chloride 20 mEq once a day (new)",
        "== Follow-up\nPrimary care within 7 days. Cardiology with echocardiogram. Potassium and creatinine within 10 days.\n\nDictated by J. Amadi, MD, hospital medicine",
    )),
    Fax("consult", "Tidewater Nephrology", "Fax 0342", 2.6, "okafor", (
        "= Nephrology consultation report\n*Tidewater Nephrology Associates*\n\nRe: {NAME}, born {BORN} \\ Date of service: {DAY9}\n\nDear Dr. Osei,\n\nThank you for referring Mr. Okafor, whom I saw for chronic kidney disease, stage 3a. His potassium runs high on lisinopril.",
        "== Plan\nLow-potassium diet, repeat potassium in one week, halve lisinopril if above 5.5 mmol/L. I will see him again in three months.\n\nSincerely, \\ R. Villanueva, MD",
    )),
    Fax("two", "Elmwood Imaging", "Fax 0344", 2.1, "brandt", (
        "= Radiology report\n*Elmwood Imaging* · MRI left knee\n\nPatient: {NAME} \\ DOB: {BORN} \\ Exam date: {DAY5}\n\nFindings: horizontal tear of the medial meniscus, posterior horn. Moderate effusion.\n\nImpression: medial meniscal tear.",
        "= Laboratory report\n*Quarry Street Laboratory*\n\nPatient: Silva, Rui \\ DOB: 04/02/1964 \\ Medical record number: 002744 \\ Collected: {DAY5}\n\n#table(columns: 3, [Test], [Result], [Reference range], [LDL cholesterol], [131 mg/dL], [< 100], [HDL cholesterol], [44 mg/dL], [> 40], [Triglycerides], [166 mg/dL], [< 150])",
        "Specimen: serum. Fasting: yes. \\ Page 2 of 2 for Silva, Rui.",
    )),
    Fax("payer", "Northfield Health Plan", "Fax 0347", 1.4, "brandt", (
        "= Notice of approval\n*Northfield Health Plan* · Utilization management\n\nMember: {NAME} \\ Date of birth: {BORN} \\ Member ID 41-0932\n\nPrior authorization request 26-118834 is *approved*: arthroscopy of the left knee (29881), 1 unit, valid for 90 days from {DAY1}.\n\nDate: {DAY1}",
    )),
    Fax("spanish", "Clínica Santa Lucía, San Salvador", "Fax 0349", 1.1, "diaz", (
        "= Resumen clínico\n*Clínica Santa Lucía* · San Salvador\n\nPaciente: {NAME} \\ Fecha de nacimiento: {BORN}\n\nEstimada doctora: la paciente fue atendida por diabetes mellitus tipo 2 entre 2019 y 2024. Última hemoglobina glicosilada: 7,6 %. Vacuna contra la influenza aplicada.\n\nAtentamente, \\ Dra. M. Quijano",
    )),
    Fax("astray", "Harbor Point Orthopedics", "Fax 0350", 0.7, "", (
        "= Office visit note\n*Harbor Point Orthopedics*\n\nPatient: Whitcomb, Leonard \\ DOB: 06/21/1949 \\ Date of visit: {DAY5}\n\nTo: Larkspur Foot and Ankle. Right ankle fracture, healing in good position. Cast off in two weeks.",
    )),
    Fax("card", "Front desk, Riverside", "Photo of a card", 0.5, "", (
        "#set text(size: 16pt)\n#v(2in)\n#rect(width: 100%, inset: 18pt, radius: 8pt)[*NORTHFIELD HEALTH PLAN* \\ Member: HADDAD, SAMIR \\ Member ID 77-4410-02 #h(1fr) Group 2210 \\ RxBIN 610014 #h(1fr) Copay \\$25]",
    ), "JPEG"),
    Fax("scan", "Three Rivers Podiatry", "Fax 0352", 0.2, "park", (
        "= Podiatry visit note\nPatient: {NAME} \\ DOB {BORN}\n\nSkin whole, protective feeling normal at ten of ten points. Nail care done.",
        "Return in three months, earlier with any sore.",
    ), "TIFF"),
)  # fmt: skip


def faxes(people: Mapping[str, Person], now: datetime) -> Iterator[Json]:
    """Yield each fax as it is imported: its bytes, and an entry that names no patient."""
    today = local_day(now)
    for one in _FAXES:
        data, mime = _made(one, people, today)
        binary, entry = known_id("Binary", f"fax:{one.key}"), known_id("DocumentReference", f"fax:{one.key}")
        came = now - timedelta(hours=one.hours)
        yield {"resourceType": "Binary", "id": binary, "contentType": mime, "securityContext": {"reference": f"DocumentReference/{entry}"}, "data": base64.b64encode(data).decode()}  # fmt: skip
        yield {
            "resourceType": "DocumentReference", "id": entry, "extension": [ext("pages", "UnsignedInt", len(one.pages))], "status": "current",
            "docStatus": "preliminary", "date": instant(came.replace(microsecond=0)), "author": [{"display": one.sender}],
            "content": [{"attachment": {"contentType": mime, "url": f"Binary/{binary}", "size": len(data), "title": one.title,
                                        "hash": base64.b64encode(sha1(data, usedforsecurity=False).digest()).decode()}}],
        }  # fmt: skip


def _made(one: Fax, people: Mapping[str, Person], today: date) -> tuple[bytes, str]:
    known = people.get(one.whose)
    said = {f"DAY{days}": _said(today - timedelta(days=days)) for days in (1, 5, 9)}
    if known is not None:
        said |= {"NAME": f"{known.family}, {' '.join(known.given)}", "BORN": _said(known.born), "MRN": known.mrn}
    pages = []
    for page in one.pages:
        for key, value in said.items():
            page = page.replace(f"{{{key}}}", value)
        pages.append(page)
    text = (_PAGE + "\n#pagebreak()\n".join(f"#text(size: 8pt)[{one.sender} → {CENTER} · P. {n}]\n\n{page}" for n, page in enumerate(pages, 1))).encode()
    if not one.scan:
        return typst.compile(text, format="pdf"), "application/pdf"
    return _scanned(typst.compile(text, format="png", ppi=110), one.scan), f"image/{one.scan.lower()}"


def _scanned(drawn: bytes | list[bytes], kind: str) -> bytes:
    """Return pages as a fax machine or a telephone makes them: pictures."""
    from PIL import Image

    pages = [Image.open(io.BytesIO(page)) for page in (drawn if isinstance(drawn, list) else [drawn])]
    out = io.BytesIO()
    if kind == "TIFF":
        first, *others = [page.convert("1") for page in pages]
        first.save(out, "TIFF", save_all=True, append_images=others, compression="group4")
    else:
        whole = pages[0].convert("RGB")
        whole.crop((0, 100, whole.width, 640)).save(out, "JPEG", quality=82)
    return out.getvalue()


def _said(day: date | None) -> str:
    return f"{day:%m/%d/%Y}" if day else ""
