"""Tools, forms, casework records, and their sealed storage. Independent of any screen or network."""
