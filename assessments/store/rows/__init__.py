"""How rows are sealed, listed, chained and counted."""
