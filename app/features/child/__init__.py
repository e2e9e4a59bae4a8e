"""Pages for a child's hands: one turn, one question at a time, nothing of anybody else.

    page         the frame, the three ways out, and which place of a turn is shown
    places       hello, the look back, the quiet end
    question     which activity serves which question
    slot         one question with what was given and how to give it
    given        a child's answer in words, as the child gave it
    activities   choosing, saying, drawing, the ladder, the map, the rooms, the jar, the line of a day

This package cannot name a screen for adults: `.importlinter` forbids it. It sees a turn
(`app.core.child.child_session`),
the kit and the words, and neither the model of a page nor what is kept.
"""

from app.features.child.page import child_page

__all__ = ["child_page"]
