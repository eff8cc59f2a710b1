"""Bounds of documents, unit in the name."""

TITLE_CHARACTERS_MAX = 120
TOGETHER_MAX = 40  # files added in one go
INBOX_ROWS_MAX = 200
JOINED_MAX = 30  # documents joined into one
LOOKS_KEPT = 256  # of a process
PICTURES_KEPT_BYTES_MAX = 24 * 1024 * 1024  # of a process
