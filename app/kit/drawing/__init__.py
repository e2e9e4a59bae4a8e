"""Drawing controls: the drawing pad, pointer input, pictures and charts."""
