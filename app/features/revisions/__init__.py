"""Earlier revisions of a person or an incident."""
