"""The interactions of the FHIR door, one per file."""
