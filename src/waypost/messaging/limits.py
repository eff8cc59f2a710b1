"""Every bound of this room, unit in the name."""

from datetime import timedelta

READING_GRADE_MAX = 6.0  # rule OUT-12
UNDO_WINDOW = timedelta(seconds=10)  # nothing leaves before an act can no longer be undone at a key
NOTE_CHARACTERS_MAX = 300  # a note to the patient must leave the letter on one page
STOPS_MAX = 12  # of one day
SEND_SECONDS_MAX = 30  # one conversation with a mail server
ATTEMPTS_MAX = 6
RETRY_MINUTES = (1, 5, 20, 60, 240)
UNCERTAIN_AFTER = timedelta(minutes=5)  # an attempt without an ending is then 'unknown'
PDF_BYTES_MAX = 2_000_000
