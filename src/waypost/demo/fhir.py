"""Small builders for FHIR R4 JSON, so that the rest of the generator reads like sentences."""

import base64
from datetime import UTC, date, datetime
from typing import Any

Json = dict[str, Any]

EXT = "urn:waypost:extension:"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
THO = "http://terminology.hl7.org/CodeSystem/"
MRN = "urn:waypost:mrn"


def coding(system: str, code: str, display: str = "") -> Json:
    made = {"system": system, "code": code}
    return made | {"display": display} if display else made


def concept(*codings: Json, text: str = "") -> Json:
    made: Json = {"coding": list(codings)} if codings else {}
    return made | {"text": text} if text else made


def tho(name: str, code: str, display: str = "") -> Json:
    """Return a concept of one code from the HL7 terminology server's system `name`."""
    return concept(coding(THO + name, code, display))


def ref(target: str, display: str = "") -> Json:
    return {"reference": target, "display": display} if display else {"reference": target}


def ext(name: str, kind: str, value: Any) -> Json:
    """Return one of our own extensions: `ext('hours', 'String', 'mornings')`."""
    return {"url": EXT + name, f"value{kind}": value}


def may_discuss(topic: str, until: date | None = None) -> Json:
    """Return leave to be told about one topic, to its last day where it has one."""
    last = [{"url": "until", "valueDate": day(until)}] if until else []
    return {"url": EXT + "may-discuss", "extension": [{"url": "topic", "valueCode": topic}, *last]}


def instant(at: datetime) -> str:
    """Print an instant in UTC to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(on: date) -> str:
    return on.isoformat()


def quantity(value: float, unit: str, code: str = "") -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": code or unit}


def text_attachment(words: str, title: str, language: str = "en") -> Json:
    data = words.encode()
    return {
        "contentType": "text/plain; charset=utf-8",
        "language": language,
        "data": base64.b64encode(data).decode(),
        "title": title,
        "size": len(data),
    }


def pdf_attachment(lines: list[str], title: str) -> Json:
    data = pdf(lines)
    return {
        "contentType": "application/pdf",
        "data": base64.b64encode(data).decode(),
        "title": title,
        "size": len(data),
    }


def pdf(lines: list[str]) -> bytes:
    """Return a one-page PDF of plain lines, as a fax server would deliver it."""
    shown = "".join(f"({_pdf_text(line)}) Tj T* " for line in lines)
    stream = b"BT /F1 11 Tf 72 740 Td 15 TL " + shown.encode("latin-1", "replace") + b"ET"
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Length %d>>stream\n" % len(stream) + stream + b"\nendstream",
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + part + b"endobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start))


def _pdf_text(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
