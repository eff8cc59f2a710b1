"""FHIR R4 text: read, stamp, hash, validate, index. Pure: no database, no network, no clock."""

from waypost.formats.fhir.validation import validate

__all__ = ["validate"]
