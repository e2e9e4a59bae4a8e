"""Finishing a contact, as typed: the reason for each child with no record, and how the contact went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.drafts import Draft
from app.features.shared.parse_typed import parse_day
from app.kit.messages import say
from assessments.casework.visits.accounting import is_reason_given
from assessments.casework.visits.closing import NoRecordReason

_LONGEST = 1000


@dataclass(frozen=True, repr=False)
class ReasonDraft(Draft):
    """Why there is no record of one child: a code, words, and the day of the next try as typed."""

    code: str = ""
    words: str = ""
    due: str = ""

    def to_reason(self) -> NoRecordReason:
        """Return the reason; a day that cannot be read is none."""
        return NoRecordReason(self.code, self.words, parse_day(self.due))


@dataclass(frozen=True, repr=False)
class ClosureDraft(Draft):
    """Reasons by the id of the child, the outcome, and the ids of adults who answered for others."""

    why: Mapping[str, ReasonDraft] = field(default_factory=dict)
    outcome: str | None = None
    answered: tuple[str, ...] = ()

    def reason_of(self, child_id: str) -> ReasonDraft:
        """Return what stands for one child so far."""
        return self.why.get(child_id, ReasonDraft())


def validate_closure(draft: ClosureDraft, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what stands in the way of finishing, child by child: `names` of those with no record, by id."""
    found = []
    for child_id, name in names.items():
        why = draft.reason_of(child_id)
        if not is_reason_given(why.code, why.words):
            found.append((f"why-{child_id}", say("leave.problem", name=name)))
        elif len(why.words) > _LONGEST:
            found.append((f"why-{child_id}", say("seen.problem.long")))
        if why.due.strip() and parse_day(why.due) is None:
            found.append((f"day-{child_id}", say("seen.problem.due")))
    return found
