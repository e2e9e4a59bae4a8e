"""Pages in a child's hands: one session, one question at a time, and no record of anybody else.

An import contract keeps this package from the adult's pages, the app state and the store: it sees the running
session (`app.core.child.child_session`), the kit and the rules.
"""

from app.features.child.page import child_page

__all__ = ["child_page"]
