"""Programs for those who work on Wren; nothing here is part of the app."""
