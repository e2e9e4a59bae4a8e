"""The household page, its map, and its children side by side."""
