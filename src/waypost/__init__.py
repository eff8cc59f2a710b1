"""Waypost: one desk for the patient care coordinator, one door for the patient."""

__version__ = "0.1.0"
