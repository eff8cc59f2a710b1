"""Bounds of the FHIR door, unit in the name."""

BODY_BYTES_MAX = 16 * 1024 * 1024
BINARY_BYTES_MAX = 11 * 1024 * 1024  # of a Binary sent as its bytes: in base64 they fit a body
ENTRIES_MAX = 10_000  # of a batch or transaction
HISTORY_VERSIONS_DEFAULT = 50
HISTORY_VERSIONS_MAX = 500
EVERYTHING_RESOURCES_MAX = 10_000  # of one page
QUERY_CHARACTERS_MAX = 64 * 1024
PARAMETERS_MAX = 200
SLOT_DAYS_MAX = 90  # how far ahead free times are computed
