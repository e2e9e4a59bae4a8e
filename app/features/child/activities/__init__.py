"""What a child can do with a question: choose, say, climb, place, and walk through a day.

Each activity is given a slot and draws it. Everything that can be dragged can be tapped. None of them
reads a meaning into a colour, a place or a size.
"""
