"""Sentences computed from records, for several features: days, people, incidents, child status."""
