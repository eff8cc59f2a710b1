"""The kinds of document a desk files, each a LOINC code, with the words by which one is told from another.

Codes and names are LOINC's (loinc.org); the words are ours. First match wins among equals, so what is more particular
stands before what is general.
"""

import re
from dataclasses import dataclass
from typing import Any

LOINC = "http://loinc.org"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document."""

    code: str
    name: str  # LOINC's
    word: str  # the desk's
    said: str  # a pattern of words that such a document says of itself, near its top

    @property
    def concept(self) -> dict[str, Any]:
        return {"coding": [{"system": LOINC, "code": self.code, "display": self.name}], "text": self.word}


KINDS = (
    Kind("18842-5", "Discharge summary", "Discharge summary", r"discharge (?:summary|instructions)|summary of (?:hospital )?discharge|alta hospitalaria"),
    Kind("57133-1", "Referral note", "Referral", r"referral(?: (?:letter|request|form|note))?\b|referred (?:to you|for)|remisi[oó]n"),
    Kind("11488-4", "Consult note", "Consult note", r"consult(?:ation)?(?: (?:note|report|letter))|thank you for (?:referring|asking me)|in consultation"),
    Kind("11526-1", "Pathology study", "Pathology report", r"(?:surgical )?pathology|cytology|biopsy report|gross description"),
    Kind("18748-4", "Diagnostic imaging study", "Imaging report", r"radiolog\w*|imaging report|\b(?:mri|ct|x-?ray|ultrasound|mammogra\w+|echocardiogra\w+)\b|findings:.{0,400}impression:"),
    Kind("11524-6", "EKG study", "ECG", r"\b(?:ekg|ecg)\b|electrocardiogra\w*"),
    Kind("11502-2", "Laboratory report", "Lab report", r"laborator(?:y|ies)|lab(?:oratory)? (?:report|results?)|reference (?:range|interval)|specimen"),
    Kind("11504-8", "Surgical operation note", "Operative note", r"operative (?:note|report)|operation (?:note|report)"),
    Kind("28570-0", "Procedure note", "Procedure note", r"procedure (?:note|report)|colonoscopy|endoscopy"),
    Kind("34117-2", "History and physical note", "History and physical", r"history (?:and|&) physical|\bh\s?&\s?p\b"),
    Kind("11506-3", "Progress note", "Progress note", r"progress note|office visit|visit note|follow-?up note"),
    Kind("34133-9", "Summary of episode note", "Summary of care", r"summary of (?:care|episode)|continuity of care|care summary"),
    Kind("42348-3", "Advance directives", "Advance directive", r"advance (?:care )?directive|living will|power of attorney|\bpolst\b|\bmolst\b"),
    Kind("59284-0", "Consent Document", "Consent", r"\bconsent\b|release of information|authoriz(?:e|ation) (?:to|for) (?:the )?(?:release|disclos)"),
    Kind("64290-0", "Health insurance card", "Insurance card", r"(?:member|subscriber) (?:id|name|number).{0,200}(?:group|rx ?bin|copay)|insurance card"),
    Kind("52034-6", "Payer letter", "Letter from the payer", r"prior authori[sz]ation|(?:explanation of benefits)|notice of (?:denial|determination|approval)|(?:approved|denied) (?:units|services)|claim (?:number|#)"),
    Kind("57016-8", "Privacy policy acknowledgement Document", "Privacy notice, signed", r"notice of privacy practices|privacy (?:policy )?acknowledg"),
    Kind("51851-4", "Administrative note", "Form", r"\bform\b|questionnaire|please (?:complete|print|fill)"),
    Kind("52033-8", "General correspondence", "Letter", r"\bdear\b|sincerely|to whom it may concern|estimad[oa]"),
)  # fmt: skip
BY_CODE = {kind.code: kind for kind in KINDS}
PATTERNS = {kind.code: re.compile(kind.said, re.IGNORECASE | re.DOTALL) for kind in KINDS}
CHOICES = tuple(sorted(((kind.code, kind.word) for kind in KINDS), key=lambda one: one[1]))
