"""Every bound of this room, unit in the name."""

UNDO_MINUTES = 10  # the line shows for ten seconds; a slow reader and a slow line get this long
ASK_HOURS_BEFORE = 24  # an interpreter or a ride is to be settled this long before the visit
ASK_HOURS_MIN = 2  # and not sooner than this after it was asked for
NEXT_TIMES = 3  # offered where a time has just been taken
WAIT_DAYS = 7  # a visit on the waitlist is looked at again within so many days
HOURS_FOR_ALL_DAYS = 7  # how many days are searched for an hour at which a whole series is free
HOURS_FOR_ALL_TRIED = 12  # and how many hours of them are tried
WAIT_SOON_MINUTES, WAIT_LATE_MINUTES = 15, 30  # in one step, before the board says so
