"""Filling, checking and finishing an assessment, and reading its record."""
