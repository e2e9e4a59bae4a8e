"""What is left of a desk in a child's hands: a pen that adds lines to one assessment, and reads nothing.

This room knows one assessment and a key narrowed to it. It refuses to know whose it is, what stands in
it, and everything else that is kept: the adult's keys are gone while it writes.

    pen = ChildWriter(narrowed, assessment.id)
    pen.write("ladder-now", to_plain(Answered(4)))
"""

from __future__ import annotations

from typing import Any

from assessments.store import UnlockedAssessment, assessments


class ChildWriter:
    """It outlives the desk that it came from, until `leave`."""

    def __init__(self, keys: UnlockedAssessment, assessment_id: str) -> None:
        self._keys, self._assessment_id = keys, assessment_id

    def __repr__(self) -> str:
        return "<ChildWriter>"

    def write(self, link_id: str, plain: Any) -> None:
        """Add one line: on the disk when this returns."""
        assessments.append_answer(self._keys, self._assessment_id, link_id, plain)

    def close(self) -> None:
        self._keys.close()
