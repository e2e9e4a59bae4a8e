"""Attachments of an assessment: sealed files, and removal of their metadata."""
