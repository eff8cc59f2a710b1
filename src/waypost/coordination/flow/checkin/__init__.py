"""Check-in: one list for one visit, part of it answered by the patient."""
