"""What clinical resources mean on the page: pure functions from FHIR resources to values with words."""
