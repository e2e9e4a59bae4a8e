"""What a child can do with a question: choose, write, draw, climb a ladder, place, walk through a day.

Each activity is a function of a `BoundQuestion`. Everything that can be dragged can also be tapped, and no
meaning is read into a colour, a place or a size.
"""
