"""The value sets that can be listed: those of FHIR R4's required bindings. Others need a terminology server."""

from collections.abc import Mapping

from waypost.formats.fhir import definitions

Codes = Mapping[str, frozenset[str]]  # by system


def listed(url: str) -> Codes | None:
    """Return the codes of a value set by its address, with or without R4's version; None where it cannot be listed."""
    name, _, version = url.partition("|")
    return definitions.codes().get(name) if version in {"", "4.0.1"} else None


def of_bare_codes(kind: str, keys: tuple[str, ...]) -> Codes:
    """Return what the codes of an element without a system of its own mean: the value set it is bound to."""
    binding = ""
    for key in keys:
        element = definitions.elements_of(kind)[key]
        kind, binding = element.type, element.binding
    return listed(binding) or {}
