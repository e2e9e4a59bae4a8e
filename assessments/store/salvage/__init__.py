"""Recovery of readable rows from a damaged database."""
