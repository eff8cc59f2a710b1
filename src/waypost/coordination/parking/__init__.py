"""Half-done forms, shelved when the phone rings: one's own, on any machine, for a week. They are no part of the record."""
