"""Park: a half-done form is shelved by one key and taken up again in the very field."""
