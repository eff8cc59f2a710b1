"""Referrals and orders as closed loops: made, sent, scheduled, seen, report back, patient told."""
