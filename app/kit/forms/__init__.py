"""Form controls: choices, text fields, the passphrase field and error messages."""
