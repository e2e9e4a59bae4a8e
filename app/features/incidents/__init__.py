"""Incidents, key dates, the chronology and the pattern of coercive control."""
