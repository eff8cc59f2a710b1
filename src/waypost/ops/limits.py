"""Bounds of the running program, the unit in each name."""

SOCKET_PATH_BYTES_MAX = 107  # sun_path of a unix socket, less its closing NUL
DATA_PATH_BYTES_MAX = 900  # PostgreSQL's MAXPGPATH is 1024
FREE_DISK_MB_MIN = 200
DATABASE_START_SECONDS_MAX = 120  # crash recovery of a large clinic included
DATABASE_RETRY_SECONDS = 20  # how long a start is tried again while a dead server's children go away
DATABASE_STOP_SECONDS_MAX = 60
LOCK_WAIT_SECONDS_MAX = 180
DATABASE_LOG_MB_MAX = 10
CHILD_STOP_SECONDS_MAX = 20
DEATHS_MAX = 5  # of one child, within the window, before the family gives up
DEATHS_WINDOW_SECONDS = 30
GUARD_EVERY_SECONDS = 0.5
GUARD_AFTER_FAILURE_SECONDS = 5
READY_SECONDS_MAX = 90
SHARED_BUFFERS_MB_MIN = 128
