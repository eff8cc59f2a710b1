"""A visit's way through the clinic: from booked to done, kept in one Encounter for each visit and patient."""
