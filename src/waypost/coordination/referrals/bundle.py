"""A referral as FHIR: a transaction Bundle that another system can take in, every reference in it answered by it."""

import base64
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from waypost.access import scopes
from waypost.chart.documents import queries as papers
from waypost.coordination.referrals import queries, writing
from waypost.coordination.referrals.limits import CARRIED_BYTES_MAX
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import write_moment
from waypost.messaging import queries as messaging
from waypost.records import queries as records
from waypost.records.versions import Version

Json = dict[str, Any]
OURS = "urn:waypost:"
PATIENT = ("identifier", "active", "name", "telecom", "gender", "birthDate", "address", "communication")


def bundle(ctx: Context, id_: str) -> Json:
    """Return the ServiceRequest with its patient, orderer and documents as a transaction; what refers elsewhere is words.

    Audited as sent out.
    """
    scope, found, facts = queries.one(ctx, id_)
    patient = facts.request["subject"]["reference"].partition("/")[2]
    scopes.found(ctx, f"ServiceRequest/{id_}", [patient], action="export")
    orderer = (facts.request.get("requester") or {}).get("reference", "").partition("/")[2]
    kept = records.many(scope, [("Patient", patient), ("Practitioner", orderer)])
    documents = queries.documents(scope, patient, writing.documents_of(facts.request))
    versions = [*kept.values(), *(documents if writing.documents_of(facts.request) else ()), found]
    urls = {one.reference: f"urn:uuid:{ids.uuid5_of('referral', str(ctx.tenant), one.reference)}" for one in versions}
    system = f"urn:waypost:clinic:{ids.uuid5_of('clinic', messaging.organization(ctx.tenant).name)}"
    entries = [_entry(one, urls, _carried(ctx, one), system) for one in versions]
    return {"resourceType": "Bundle", "type": "transaction", "timestamp": write_moment(ctx.now), "entry": entries}


def _carried(ctx: Context, one: Version) -> str:
    """Return what a document holds, for the Bundle to carry: the other side cannot come here for it."""
    data, _ = papers.bytes_of(ctx, one.resource) if one.type == "DocumentReference" else (b"", "")
    return base64.b64encode(data).decode() if len(data) <= CARRIED_BYTES_MAX else ""


def _entry(one: Version, urls: Mapping[str, str], data: str, system: str) -> Json:
    """Return one entry. Each bears our id as an identifier, by which a second sending finds it.

    Our record and user numbers are numbers in this clinic alone: they go along under a system of this clinic's own.
    """
    resource = deepcopy(one.resource)
    if data:
        attachment = resource["content"][0]["attachment"]
        attachment.pop("url", None)
        attachment["data"] = data
    if one.type == "Patient":
        resource = {"resourceType": "Patient", **{name: resource[name] for name in PATIENT if name in resource}}
    for name in ("id", "meta"):
        resource.pop(name, None)
    ours = [{**each, "system": f"{system}:{each['system'].rpartition(':')[2]}"} if str(each.get("system", "")).startswith(OURS) else each
            for each in resource.get("identifier", ())]  # fmt: skip
    resource["identifier"] = [*ours, {"system": system, "value": one.id}]
    request = {"method": "POST", "url": one.type, "ifNoneExist": f"identifier={system}|{one.id}"}
    return {"fullUrl": urls[one.reference], "resource": _rewritten(resource, urls), "request": request}


def _rewritten(value: Any, urls: Mapping[str, str]) -> Any:
    """Return an element whose references lead into the Bundle; those that lead nowhere keep their words alone."""
    if isinstance(value, list):
        return [made for one in value if (made := _rewritten(one, urls)) not in ({}, [])]
    if not isinstance(value, dict):
        return value
    told = {name: made for name, one in value.items() if (made := _rewritten(one, urls)) not in ({}, [])}
    reference = told.get("reference")
    if isinstance(reference, str):
        if reference in urls:
            told["reference"] = urls[reference]
        elif "://" not in reference and not reference.startswith("#"):
            del told["reference"]
    return told
