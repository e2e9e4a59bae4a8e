"""Use cases: everything a page can ask of the store, the engine and the outbox."""
