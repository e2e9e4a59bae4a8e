"""Measured claims: one file each, ratios taken in one interleaved run against a named baseline."""
