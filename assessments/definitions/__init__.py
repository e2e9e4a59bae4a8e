"""Tool files: how an instrument is declared, read from TOML, checked, translated and suggested."""
