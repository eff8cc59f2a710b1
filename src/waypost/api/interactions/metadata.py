"""GET /fhir/metadata: what this door does, from the tables it works by."""

from functools import lru_cache
from typing import Any

import orjson

from waypost import __version__
from waypost.api import problems
from waypost.api.http import Request, Response
from waypost.api.search.kinds import is_offered
from waypost.coordination import owners
from waypost.formats.fhir import definitions

SINCE = "2026-11-24"
INTERACTIONS = (
    "read", "vread", "update", "delete", "history-instance", "history-type", "create", "search-type",
)  # fmt: skip
FORMATS = ["application/fhir+json", "json"]


def metadata(request: Request) -> Response:
    mode = dict(request.parameters).get("mode", "full")
    if mode not in {"full", "normative", "terminology"}:
        raise problems.ParameterUnsuitable(
            "mode is full, normative or terminology.", expression=["http.mode"]
        )
    return Response(200, statement(request.base))


@lru_cache(maxsize=8)
def statement(base: str) -> str:
    """Return the CapabilityStatement as text."""
    return orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            "url": f"{base}/metadata",
            "version": __version__,
            "name": "Waypost",
            "title": "Waypost FHIR R4 door",
            "status": "active",
            "date": SINCE,
            "kind": "instance",
            "software": {"name": "Waypost", "version": __version__},
            "implementation": {"description": "Patient care coordination", "url": base},
            "fhirVersion": "4.0.1",
            "format": FORMATS,
            "rest": [_rest()],
        }
    ).decode()


def _rest() -> dict[str, Any]:
    return {
        "mode": "server",
        "documentation": "Unknown search parameters are warned of, or refused under Prefer: handling=strict.",
        "security": {
            "description": "A bearer token from `waypost token` with SMART scopes; every call is audited.",
        },
        "resource": [_resource(kind) for kind in sorted(definitions.resource_types())],
        "interaction": [{"code": "transaction"}, {"code": "batch"}],
    }


def _resource(kind: str) -> dict[str, Any]:
    params = definitions.params_of(kind)
    searchable = [param for param in params.values() if is_offered(kind, param)]
    references = sorted(param.name for param in searchable if param.type == "reference")
    made: dict[str, Any] = {
        "type": kind,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{kind}",
        "interaction": [{"code": code} for code in INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "not-match",
        "conditionalUpdate": True,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "logical", "enforced"],
        "searchInclude": [f"{kind}:{name}" for name in references],
        "searchRevInclude": _pointing_at(kind),
        "searchParam": [{"name": param.name, "type": param.type} for param in searchable],
    }
    note = owners.of(kind).note
    if note:
        made["documentation"] = note
    if kind == "Patient":
        definition = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
        made["operation"] = [{"name": "everything", "definition": definition}]
    return made


@lru_cache(maxsize=1)
def _pointers() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source in sorted(definitions.resource_types()):
        for param in definitions.params_of(source).values():
            if param.type == "reference":
                for target in param.targets:
                    found.setdefault(target, []).append(f"{source}:{param.name}")
    return found


def _pointing_at(kind: str) -> list[str]:
    return sorted(set(_pointers().get(kind, [])))
