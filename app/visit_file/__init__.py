"""Visit files: a whole visit as JSON, checked and played through the engine and the store."""
