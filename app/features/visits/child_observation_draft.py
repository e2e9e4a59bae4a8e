"""What stands on the page of one child in one contact, as plain JSON while it is being written.

This room turns a filed record into what the page shows and back. It holds half a line and half a day as
they stand, so that a lock or a dropped phone costs neither, and drops nothing but empty lines.

    sheet = ObservationDraft(values_from_observation(row.seen), hold)
    sheet.note(demeanour="quiet")
    observation_from_values(sheet.half, contact, child.id, row.seen)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from app.features.shared.parse_typed import parse_day
from assessments.casework.casework_records import ChildObservation, VerbatimQuote
from assessments.casework.ids import new_id
from assessments.casework.phrasing_check import find_phrases
from assessments.casework.records import Contact, Person
from assessments.casework.visits.accounting import REASON_CODES, is_reason_given

ObservationValues = dict[str, Any]

ORIGINS = ("said", "typed", "pointed", "drew", "signed", "told-by-adult")
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
_YES_NO_FIELDS = ("alone", "at_home", "sleeping_place_seen")
_PEOPLE_FIELDS = ("present", "in_earshot")


class ObservationDraft:
    """The page as it stands: letters change it at once; what others depend on draws the page again."""

    def __init__(self, half: ObservationValues, hold: Callable[[ObservationValues], None]) -> None:
        self.values, self._save_draft = half, hold
        self.redraw: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return "<ObservationDraft>"

    def set_values(self, *, draw: bool = False, **what: Any) -> None:
        """Something was typed or chosen."""
        self.values = {**self.values, **what}
        self._save_draft(self.values)
        if draw:
            self.redraw()

    def set_line_values(self, key: str, *, draw: bool = False, **what: str) -> None:
        """Something was typed or chosen in one line of words."""
        lines = [{**line, **what} if line["key"] == key else line for line in self.values["said"]]
        self.set_values(draw=draw, said=lines)


def observation_target(contact_id: str, child_id: str) -> str:
    """What the page of one child in one contact is about: two ids."""
    return f"{contact_id} {child_id}"


def observation_draft_key(about: str) -> str:
    """The name under which such a page is held half written."""
    return f"seen {about}"


def empty_line() -> dict[str, str]:
    """A line of words with nothing in it. Nothing is chosen for anybody."""
    return {"key": new_id(), "words": "", "prompt": "", "origin": ""}


def values_from_observation(seen: ChildObservation | None) -> ObservationValues:
    """What the page starts with: what is filed, or nothing."""
    if seen is None:
        blank: ObservationValues = {
            "how": None,
            "said": [empty_line()],
            "due": "",
            "amended_why": "",
            "kept": [],
        }
        return (
            blank
            | dict.fromkeys(_TEXT_FIELDS, "")
            | dict.fromkeys(_YES_NO_FIELDS)
            | {name: [] for name in _PEOPLE_FIELDS}
        )
    plain = seen.model_dump(mode="json")
    lines = [
        {"key": line.id, "words": line.words, "prompt": line.prompt, "origin": line.origin}
        for line in seen.said
    ] or [empty_line()]
    due = "" if seen.due is None else f"{seen.due.day} {seen.due.month} {seen.due.year}"
    return {name: plain[name] for name in ("how", *_TEXT_FIELDS, *_YES_NO_FIELDS, *_PEOPLE_FIELDS)} | {
        "said": lines,
        "due": due,
        "amended_why": "",
        "kept": plain["kept_phrases"],
    }


def observation_from_values(
    half: ObservationValues, contact: Contact, child_id: str, before: ChildObservation | None
) -> ChildObservation | None:
    """The record to file, or None when a text is longer than a record holds.

    A line without words, and a day that cannot be read, are not in it.
    """
    try:
        return _observation_from_values(half, contact, child_id, before)
    except ValidationError:
        return None


def _observation_from_values(
    half: ObservationValues, contact: Contact, child_id: str, before: ChildObservation | None
) -> ChildObservation:
    said = tuple(
        VerbatimQuote(
            id=line["key"],
            words=line["words"],
            prompt=line["prompt"],
            origin=line["origin"] or "said",
            language=half["language"],
            interpreter=half["interpreter"],
        )
        for line in half["said"]
        if line["words"].strip()
    )
    standing = {hit.code for hit in find_phrases(half["interpretation"])}
    return ChildObservation(
        **{name: half[name] for name in ("how", *_TEXT_FIELDS, *_YES_NO_FIELDS)},
        **{name: tuple(half[name]) for name in _PEOPLE_FIELDS},
        id=before.id if before is not None else new_id(),
        household_id=contact.household_id,
        contact_id=contact.id,
        child_id=child_id,
        said=said,
        due=parse_day(half["due"]),
        amends=before.amends if before is not None else "",
        amended_why=half["amended_why"],
        kept_phrases=tuple(code for code in kept_phrase_codes(half) if code in standing),
    )


def kept_phrase_codes(half: ObservationValues) -> list[str]:
    """Codes of the phrases that the writer keeps. A page left by an older version has none."""
    return list(half.get("kept", ()))


def validate_observation(half: ObservationValues, *, is_correction: bool) -> list[str]:
    """The places where something typed would be lost or not understood. Never what is merely missing."""
    found = []
    if any(line["words"].strip() and not line["origin"] for line in half["said"]):
        found.append("origin")
    if half["due"].strip() and parse_day(half["due"]) is None:
        found.append("due")
    if half["why_code"] == "other" and not is_reason_given("other", half["why"]):
        found.append("why")
    if is_correction and not half["amended_why"].strip():
        found.append("amended_why")
    return found


def is_unborn(child: Person) -> bool:
    """Whether the child is not born yet, as far as is known."""
    return child.born is None and (child.due is not None or "unborn" in child.roles)


def reason_codes_for(child: Person) -> tuple[str, ...]:
    """The reasons for not meeting a child that can be true of this one."""
    if is_unborn(child):
        return ("not-born", "no-answer", "cut-short", "other")
    return tuple(code for code in REASON_CODES if code != "not-born")
