"""Who may open the store: device keys, passphrases, counted tries, the key ring and recovery."""
