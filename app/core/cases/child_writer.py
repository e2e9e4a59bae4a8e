"""The write access of a child's session: adds lines to one assessment, and reads nothing.

Holds a key narrowed to that assessment; the adult's keys are dropped while it writes.
"""

from __future__ import annotations

from app.core.plain import Json
from assessments.store import UnlockedAssessment, assessments


class ChildWriter:
    """Outlives the case service that made it, until `close`."""

    def __init__(self, keys: UnlockedAssessment, assessment_id: str) -> None:
        self._keys, self._assessment_id = keys, assessment_id

    def write(self, link_id: str, plain: Json) -> None:
        """Add one line: on the disk when this returns."""
        assessments.append_answer(self._keys, self._assessment_id, link_id, plain)

    def close(self) -> None:
        """Drop the key."""
        self._keys.close()
