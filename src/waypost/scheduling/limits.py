"""Every bound of the schedule, unit in the name."""

CELL_MINUTES = 5  # the grid on which visits start
HORIZON_DAYS = 90  # how far ahead times are looked for
TIMES_SHOWN_MAX = 20
TIMES_A_DAY_MAX = 6  # so that one open day does not crowd out the week
TIMES_COUNTED_MAX = 99  # 'more than 99' helps nobody decide
FEW_TIMES = 12  # below this the finder says what to relax
HOLD_MINUTES = 15
SERIES_VISITS_MAX = 60
BOOKED_AHEAD_DAYS_MAX = 730
VISIT_MINUTES_MAX = 720
STEPS_MAX = 8
LANES_MAX = 64
CHOICES_FROM_MEMORY_MAX = 5  # rooms and devices tried before all calendars that moved are loaded again
LANE_OVERRIDE = 100  # lanes of overrides begin here, above any capacity
CODE_CHARS_MAX = 24  # of a visit type, since it stands in the id of a Slot
BLOCK_DAYS_MAX = 366
BOARD_COLUMNS_MAX = 60
LOCK_WAIT_MS = 10_000
