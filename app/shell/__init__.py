"""The app around its pages: page lifecycle, and which route is drawn."""
