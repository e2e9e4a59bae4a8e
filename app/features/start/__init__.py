"""Opening, set-up, and faults that keep the app from starting."""
