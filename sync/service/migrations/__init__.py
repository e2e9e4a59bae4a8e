"""Numbered SQL files: 0001_… upward. One is never changed once it has run anywhere; each runs in one
transaction with its own record."""
