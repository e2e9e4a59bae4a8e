"""What a child can do with a question, as functions of a `BoundQuestion`. Everything that can be dragged can
also be tapped, and no meaning is read into a colour, a place or a size.
"""
