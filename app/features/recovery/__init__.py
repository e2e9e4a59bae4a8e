"""Account recovery on screen, after a forgotten passphrase."""
