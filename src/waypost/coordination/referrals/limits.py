"""Every bound of this part, unit in the name."""

SCHEDULED_WITHIN_DAYS = {"stat": 0, "asap": 2, "urgent": 2, "routine": 14}  # FUP-4, from the order
REPORT_WITHIN_DAYS = 14  # FUP-4, from the visit
TOLD_WITHIN_BUSINESS_DAYS = 5  # FUP-3, from the report
SOON_DAYS = 3
LISTED_MAX = 1000
WORDS_CHARACTERS_MAX = 500
DOCUMENTS_MAX = 40
PACKET_PAGES_MAX = 80
PACKET_RESULTS_MAX = 24
CARRIED_BYTES_MAX = 5_000_000  # of one document inside a Bundle
