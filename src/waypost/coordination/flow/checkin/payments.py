"""What was taken at the desk: PaymentNotice, kept and exported; there is no ledger of ours. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from waypost.kernel.dates import read_moment

Json = dict[str, Any]
EXTENSION = "urn:waypost:extension:"
RECEIPT = "urn:waypost:receipt"
CENT, MOST = Decimal("0.01"), Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Payment:
    """One amount that was taken."""

    id: str
    version: int
    receipt: str
    amount: Decimal
    method: str
    what: str
    at: datetime | None
    visit: str
    patient: str
    site: str
    by: str
    stands: bool
    corrects: str = ""  # of what is given back: the payment that it was, by id
    corrects_receipt: str = ""
    reason: str = ""  # why it was taken back, or given back
    undone_by: str = ""


def read_amount(text: str, *, least: Decimal = CENT) -> Decimal | None:
    """Read an amount as people type it: 25, $25.00, 1,250.5; None where it is none, or less than the least."""
    try:
        amount = Decimal(text.replace("$", "").replace(",", "").replace("−", "-").strip())
    except InvalidOperation:
        return None
    if not amount.is_finite() or not least <= amount <= MOST or amount != round(amount, 2):
        return None
    return amount


def say(amount: Decimal) -> str:
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def notice(*, id_: str, receipt: str, amount: Decimal, method: str, what: str, at: str, visit: str, patient: str, site: str, by: str,
           clinic: str, practitioner: str, corrects: Payment | None = None, reason: str = "") -> Json:  # fmt: skip
    """Return the PaymentNotice of an amount that was taken for a visit; below zero where some of a payment was given back."""
    made: Json = {
        "resourceType": "PaymentNotice",
        "id": id_,
        "identifier": [{"system": RECEIPT, "value": receipt}],
        "status": "active",
        "request": {"reference": f"Appointment/{visit}"},
        "created": at,
        "payment": {"identifier": {"system": RECEIPT, "value": receipt}, "display": "Given back at the desk" if corrects else "Taken at the desk"},
        "paymentDate": at[:10],
        "recipient": {"display": clinic},
        "amount": {"value": amount, "currency": "USD"},
        "paymentStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/paymentstatus", "code": "paid", "display": "Paid"}]},
        "extension": [
            {"url": EXTENSION + "payment-method", "valueCode": method},
            {"url": EXTENSION + "payment-for", "valueCode": what},
            {"url": EXTENSION + "patient", "valueReference": {"reference": f"Patient/{patient}"}},
            {"url": EXTENSION + "taken-by", "valueString": by},
        ],
    }
    if site:
        made["extension"].append({"url": EXTENSION + "site", "valueReference": {"reference": site}})
    if corrects:
        whole = {"reference": f"PaymentNotice/{corrects.id}", "identifier": {"system": RECEIPT, "value": corrects.receipt}}
        made["extension"] += [{"url": EXTENSION + "corrects", "valueReference": whole}, {"url": EXTENSION + "reason", "valueString": reason}]
    if practitioner:
        made["provider"] = {"reference": f"Practitioner/{practitioner}", "display": by}
    return made


def voided(resource: Json, reason: str, at: str, by: str) -> Json:
    """Return a PaymentNotice that counts no more, with why, when and by whom; what it said stays."""
    said = [("reason", "valueString", reason), ("voided-at", "valueDateTime", at), ("voided-by", "valueString", by)]
    extension = [*resource.get("extension", ()), *({"url": EXTENSION + name, kind: value} for name, kind, value in said)]
    return {**resource, "status": "cancelled", "extension": extension}


def read(resource: Json, version: int) -> Payment:
    said = {one.get("url", "").removeprefix(EXTENSION): one for one in resource.get("extension", ())}
    corrected: Json = said.get("corrects", {}).get("valueReference") or {}
    patient = (said.get("patient", {}).get("valueReference") or {}).get("reference", "")
    return Payment(
        id=resource.get("id", ""),
        version=version,
        receipt=next((i.get("value", "") for i in resource.get("identifier", ()) if i.get("system") == RECEIPT), ""),
        amount=Decimal(str((resource.get("amount") or {}).get("value", 0))),
        method=said.get("payment-method", {}).get("valueCode", "other"),
        what=said.get("payment-for", {}).get("valueCode", "other"),
        at=read_moment(resource.get("created")),
        visit=((resource.get("request") or {}).get("reference") or "").removeprefix("Appointment/"),
        patient=patient.removeprefix("Patient/"),
        site=(said.get("site", {}).get("valueReference") or {}).get("reference", ""),
        by=said.get("taken-by", {}).get("valueString", ""),
        stands=resource.get("status") == "active",
        corrects=corrected.get("reference", "").removeprefix("PaymentNotice/"),
        corrects_receipt=(corrected.get("identifier") or {}).get("value", ""),
        reason=_last(resource, "reason"),
        undone_by=_last(resource, "voided-by"),
    )


def _last(resource: Json, name: str) -> str:
    return next((one.get("valueString", "") for one in reversed(resource.get("extension", ())) if one.get("url") == EXTENSION + name), "")


def by_method(payments: Iterable[Payment]) -> dict[str, Decimal]:
    """Return what was taken by each method."""
    found: dict[str, Decimal] = {}
    for one in payments:
        if one.stands:
            found[one.method] = found.get(one.method, Decimal(0)) + one.amount
    return found
