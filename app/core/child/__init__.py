"""A child's session on a handed-over device: hand-over, what the child can do, and the narrow writer."""
