"""Every bound of reading FHIR text."""

TEXT_CHARACTERS_MAX = 16 * 1024 * 1024
STRING_CHARACTERS_MAX = 1024 * 1024  # https://hl7.org/fhir/R4/datatypes.html#string
DEPTH_LEVELS_MAX = 100  # HL7's deepest published example has 32
INDEX_VALUE_CHARACTERS_MAX = 256  # a longer value is found by its beginning and a digest
DECIMAL_EXPONENT_MAX = 1000  # numbers beyond it are kept but not indexed
LATITUDE_DEGREES_MAX = 90
LONGITUDE_DEGREES_MAX = 180
