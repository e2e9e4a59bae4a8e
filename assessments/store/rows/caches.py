"""Caches of one unlocked person, in memory only: opened summaries and records, and the ends of answer logs.

Nothing depends on a cache: what is not in it is read from the database again. All are emptied when the
store is locked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from assessments.casework.records import AssessmentStatus, Record
from assessments.store.rows.sealed_rows import AnyRow, AssessmentRow


class AssessmentSummary(NamedTuple):
    """What a list shows of an assessment, without its answers."""

    id: str
    household_id: str
    contact_id: str
    subject_id: str
    instrument: str
    version: str
    status: AssessmentStatus
    started_at: datetime
    completed_at: datetime | None
    amends: str | None
    grade: str | None
    provisional: bool

    def __repr__(self) -> str:
        return f"<AssessmentSummary {self.id}>"


@dataclass(frozen=True, slots=True, repr=False)
class LogEnd:
    """Where an answer log goes on: the place of its next line, the tail, and the marks for that line."""

    sealed_row: AssessmentRow
    sequence: int
    tail: bytes
    recent_marks: str


@dataclass(slots=True, repr=False)
class Caches:
    """`summaries` by id and revision; `records` by their sealed rows; `log_ends` by assessment."""

    summaries: dict[tuple[str, int], AssessmentSummary] = field(default_factory=dict)
    records: dict[tuple[AnyRow, bytes], Record] = field(default_factory=dict)
    log_ends: dict[str, LogEnd] = field(default_factory=dict)

    def clear(self) -> None:
        """Empty every cache."""
        self.summaries.clear()
        self.records.clear()
        self.log_ends.clear()
