"""Ids in addresses: FHIR's own form, so that nothing else reaches a query."""

import re

from django.urls import register_converter
from django.urls.converters import get_converters

ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


class Id:
    """`<id:name>` in a path."""

    regex = ID.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Kind(Id):
    """`<kind:name>` in a path: a FHIR type."""

    regex = r"[A-Z][A-Za-z]{2,40}"


def register() -> None:
    """Make the kinds known to the routes; every file of addresses that uses one asks for it."""
    for kind, name in ((Id, "id"), (Kind, "kind")):
        if name not in get_converters():
            register_converter(kind, name)
