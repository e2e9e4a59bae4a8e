"""What Wren knows about its work: tools, forms, people, and how they are kept.

Nothing in here knows a screen or a wire.
"""
