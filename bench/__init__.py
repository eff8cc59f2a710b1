"""Measurements, one question a function, each beside a floor taken in the same run."""
