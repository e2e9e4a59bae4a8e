"""One child in one contact as typed. Half a line and half a day are held; only empty lines are dropped."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from pydantic import ValidationError

from app.core.drafts import Draft
from app.features.shared.parse_typed import parse_day
from assessments.casework.casework_records import ChildObservation, VerbatimQuote
from assessments.casework.ids import new_id
from assessments.casework.phrasing_check import find_phrases
from assessments.casework.records import Contact
from assessments.casework.visits.accounting import is_reason_given

ORIGINS = ("said", "typed", "pointed", "drew", "signed", "told-by-adult")
YES_NO_FIELDS = ("alone", "at_home", "sleeping_place_seen")
_TEXT_FIELDS = (
    "observation",
    "interpretation",
    "demeanour",
    "why_code",
    "why",
    "plan",
    "place",
    "language",
    "interpreter",
)
# What the record holds under the same name.
_SAME_FIELDS = ("how", *_TEXT_FIELDS, *YES_NO_FIELDS, "present", "in_earshot")


@dataclass(frozen=True, repr=False)
class QuoteDraft(Draft):
    """One line of a child's words, what was asked before it, and how it came: nothing is chosen at first."""

    key: str = field(default_factory=new_id)
    words: str = ""
    prompt: str = ""
    origin: str = ""


@dataclass(frozen=True, repr=False)
class ObservationDraft(Draft):
    """The page of one child. `due` is a day as typed, `kept` codes of phrases that the writer keeps.

    `present` and `in_earshot` hold ids of people, and a name as typed of somebody else.
    """

    how: str | None = None
    said: tuple[QuoteDraft, ...] = ()
    due: str = ""
    amended_why: str = ""
    kept: tuple[str, ...] = ()
    observation: str = ""
    interpretation: str = ""
    demeanour: str = ""
    why_code: str = ""
    why: str = ""
    plan: str = ""
    place: str = ""
    language: str = ""
    interpreter: str = ""
    alone: bool | None = None
    at_home: bool | None = None
    sleeping_place_seen: bool | None = None
    present: tuple[str, ...] = ()
    in_earshot: tuple[str, ...] = ()

    def with_line(self, key: str, **changes: str) -> Self:
        """Return the draft with one line of words changed."""
        return self.updated(
            said=tuple(one.updated(**changes) if one.key == key else one for one in self.said)
        )


def observation_target(contact_id: str, child_id: str) -> str:
    """Return what the page of one child in one contact is about: two ids."""
    return f"{contact_id} {child_id}"


def observation_draft_key(about: str) -> str:
    """Return the key under which the draft of such a page is held."""
    return f"seen {about}"


def draft_from_observation(seen: ChildObservation | None) -> ObservationDraft:
    """Return what the page starts with: what is saved, or nothing."""
    if seen is None:
        return ObservationDraft(said=(QuoteDraft(),))
    lines = tuple(QuoteDraft(line.id, line.words, line.prompt, line.origin) for line in seen.said)
    return ObservationDraft(
        said=lines or (QuoteDraft(),),
        due="" if seen.due is None else f"{seen.due.day} {seen.due.month} {seen.due.year}",
        kept=seen.kept_phrases,
    ).updated(**{name: getattr(seen, name) for name in _SAME_FIELDS})


def observation_from_draft(
    draft: ObservationDraft, contact: Contact, child_id: str, before: ChildObservation | None
) -> ChildObservation | None:
    """Return the record, without lines that are empty; None when a text is longer than a record holds."""
    try:
        standing = {hit.code for hit in find_phrases(draft.interpretation)}
        return ChildObservation.model_validate(
            {
                **{name: getattr(draft, name) for name in _SAME_FIELDS},
                "id": before.id if before is not None else new_id(),
                "household_id": contact.household_id,
                "contact_id": contact.id,
                "child_id": child_id,
                "said": tuple(_quotes(draft)),
                "due": parse_day(draft.due),
                "amends": before.amends if before is not None else "",
                "amended_why": draft.amended_why,
                "kept_phrases": tuple(code for code in draft.kept if code in standing),
            }
        )
    except ValidationError:
        return None


def _quotes(draft: ObservationDraft) -> Iterable[VerbatimQuote]:
    for line in draft.said:
        if line.words.strip():
            yield VerbatimQuote.model_validate(
                {
                    "id": line.key,
                    "words": line.words,
                    "prompt": line.prompt,
                    "origin": line.origin or "said",
                    "language": draft.language,
                    "interpreter": draft.interpreter,
                }
            )


def validate_observation(draft: ObservationDraft, *, is_correction: bool) -> list[str]:
    """Return the places where something typed would be lost or not understood; never what is only missing."""
    found = []
    if any(line.words.strip() and not line.origin for line in draft.said):
        found.append("origin")
    if draft.due.strip() and parse_day(draft.due) is None:
        found.append("due")
    if draft.why_code == "other" and not is_reason_given("other", draft.why):
        found.append("why")
    if is_correction and not draft.amended_why.strip():
        found.append("amended_why")
    return found
