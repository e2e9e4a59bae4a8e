"""Possible duplicates: the same person, the same incident, the same text under two children."""
