"""Bounds of live pages. Those of streams count in each server process by itself."""

LOOK_EVERY_SECONDS = 0.25  # at the feed, while somebody listens
SESSIONS_EVERY_SECONDS = 5.0  # are looked at again: whoever signed out hears no more after that
BEAT_EVERY_SECONDS = 15.0  # a sign of life where nothing changes
FRESH_SECONDS_MAX = 5.0  # without a look at the feed nothing is called fresh, and no sign of life goes out
STREAMS_MAX = 1_000
STREAMS_PER_PERSON_MAX = 12
VIEWS_PER_STREAM_MAX = 4
DRAWN_TOGETHER_MAX = 400  # different boards drawn by one process
DRAWERS = 2  # threads
REST_OF_COST = 4.0  # a board is left alone so many times as long as it took to draw
REST_SECONDS_MAX = 5.0
UNSENT_BYTES_MAX = 64 * 1024  # while more waits in the socket, nothing is added
STALLED_SECONDS_MAX = 10.0  # then the connection is closed
