"""Security labels that withhold a whole item (HL7 v3 Confidentiality and sensitivity codes; RULES PRV-11)."""

from typing import Any

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
RESTRICTED = frozenset({
    "R", "V", "ETH", "ETHUD", "OPIOIDUD", "SUD", "PSY", "PSYTHPN", "MH", "BH", "HIV", "STD", "SEX", "SDV", "SICKLE",
    "GDIS", "TBOO", "VIO", "DVD", "42CFRPart2",
})


def label_of(resource: dict[str, Any]) -> str | None:
    """Return 'restricted' where the resource's own labels ask for it."""
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return None
    for coding in meta.get("security") or ():
        if isinstance(coding, dict) and coding.get("code") in RESTRICTED:
            return "restricted"
    return None
