"""Bounds of the registry, the unit in the name."""

MRN_DIGITS = 6
PHONE_DIGITS = 10
PHONE_LOCAL_DIGITS = 7
ASKED_CHARACTERS_MAX = 200
ASKED_WORDS_MAX = 6
SLIP_LETTERS_MIN = 3
PREFIX_LETTERS_MAX = 6
CANDIDATES_ENOUGH = 16  # stop looking further once so many were found
CANDIDATES_MAX = 80
HITS_MAX = 8
FIT_MIN = 0.6
FIT_SPREAD_MAX = 0.28  # what fits so much worse than the best is not shown
SAME_NAME_MIN = 0.8  # fit of names that may be one person's
LIKE_NAME_MIN = 0.55
SAME_BIRTH_MIN = 0.5
DUPLICATES_MAX = 6
MERGE_CHAIN_MAX = 8
NAME_LETTERS_MAX = 400  # of a name that are indexed
NAME_WORDS_MAX = 12
WORD_LETTERS_MAX = 60
