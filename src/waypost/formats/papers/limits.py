"""Bounds of one paper, unit in the name."""

PAPER_BYTES_MAX = 11 * 1024 * 1024  # in base64 it still fits one FHIR body
PAGES_MAX = 500
PAGE_PIXELS_MAX = 60_000_000  # a letter page at 600 dpi has 34 million
TEXT_CHARACTERS_MAX = 400_000  # of a text file
READ_CHARACTERS_MAX = 40_000  # words read from a paper, for proposals
READ_PAGES_MAX = 12
PREVIEW_PIXELS_WIDE_MAX = 1_240
PREVIEW_PIXELS_HIGH_MAX = 3_200
PREVIEW_DOTS_PER_INCH = 120
TAIL_BYTES_MAX = 1_024  # what scanners leave behind a PDF's end
MEMORY_BYTES_MAX = 1_536 * 1024 * 1024
CPU_SECONDS_MAX = 20
WAIT_SECONDS_MAX = 40
