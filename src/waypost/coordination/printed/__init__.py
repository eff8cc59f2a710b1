"""What is printed for a patient or for those who work a day: read across the rooms, laid out by `messaging`, audited."""

from waypost.coordination.printed.allowing import may_print
from waypost.coordination.printed.day_sheets import day_sheet
from waypost.coordination.printed.door_sheets import door_sheet
from waypost.coordination.printed.labels import labels
from waypost.coordination.printed.referrals import referral_letter, referral_packet
from waypost.coordination.printed.slips import check_in_slip

__all__ = ["check_in_slip", "day_sheet", "door_sheet", "labels", "may_print", "referral_letter", "referral_packet"]
