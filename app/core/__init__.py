"""What the app does, without drawing it: state, session, autosave, use cases and the composition root."""
