"""Unlocking, and changing the passphrase."""
