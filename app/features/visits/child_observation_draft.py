"""What stands on the page of one child in one contact, as plain JSON while it is being written.

This room turns a filed record into what the page shows and back. It holds half a line and half a day as
they stand, so that a lock or a dropped phone costs neither, and drops nothing but empty lines.

    sheet = Sheet(half_of(row.seen), hold)
    sheet.note(demeanour="quiet")
    seen_of(sheet.half, contact, child.id, row.seen)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from app.features.shared.parse_typed import read_day
from assessments.casework.casework_records import Said, Seen
from assessments.casework.phrasing_check import find
from assessments.casework.records import Contact, Person, new_id
from assessments.casework.visits.accounting import WHYS, is_reason

Half = dict[str, Any]

ORIGINS = ("said", "typed", "pointed", "drew", "signed", "told-by-adult")
_TEXTS = (
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
_MARKS = ("alone", "at_home", "sleeping_place_seen")
_WHO = ("present", "in_earshot")


class Sheet:
    """The page as it stands: letters change it at once; what others depend on draws the page again."""

    def __init__(self, half: Half, hold: Callable[[Half], None]) -> None:
        self.values, self._save_draft = half, hold
        self.redraw: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return "<Sheet>"

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


def about_of(contact_id: str, child_id: str) -> str:
    """What the page of one child in one contact is about: two ids."""
    return f"{contact_id} {child_id}"


def held_as(about: str) -> str:
    """The name under which such a page is held half written."""
    return f"seen {about}"


def new_line() -> dict[str, str]:
    """A line of words with nothing in it. Nothing is chosen for anybody."""
    return {"key": new_id(), "words": "", "prompt": "", "origin": ""}


def half_of(seen: Seen | None) -> Half:
    """What the page starts with: what is filed, or nothing."""
    if seen is None:
        blank: Half = {"how": None, "said": [new_line()], "due": "", "amended_why": "", "kept": []}
        return blank | dict.fromkeys(_TEXTS, "") | dict.fromkeys(_MARKS) | {name: [] for name in _WHO}
    plain = seen.model_dump(mode="json")
    lines = [
        {"key": line.id, "words": line.words, "prompt": line.prompt, "origin": line.origin}
        for line in seen.said
    ] or [new_line()]
    due = "" if seen.due is None else f"{seen.due.day} {seen.due.month} {seen.due.year}"
    return {name: plain[name] for name in ("how", *_TEXTS, *_MARKS, *_WHO)} | {
        "said": lines,
        "due": due,
        "amended_why": "",
        "kept": plain["kept_phrases"],
    }


def seen_of(half: Half, contact: Contact, child_id: str, before: Seen | None) -> Seen | None:
    """The record to file, or None when a text is longer than a record holds.

    A line without words, and a day that cannot be read, are not in it.
    """
    try:
        return _seen_of(half, contact, child_id, before)
    except ValidationError:
        return None


def _seen_of(half: Half, contact: Contact, child_id: str, before: Seen | None) -> Seen:
    said = tuple(
        Said(
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
    standing = {hit.code for hit in find(half["interpretation"])}
    return Seen(
        **{name: half[name] for name in ("how", *_TEXTS, *_MARKS)},
        **{name: tuple(half[name]) for name in _WHO},
        id=before.id if before is not None else new_id(),
        household_id=contact.household_id,
        contact_id=contact.id,
        child_id=child_id,
        said=said,
        due=read_day(half["due"]),
        amends=before.amends if before is not None else "",
        amended_why=half["amended_why"],
        kept_phrases=tuple(code for code in kept_of(half) if code in standing),
    )


def kept_of(half: Half) -> list[str]:
    """Codes of the phrases that the writer keeps. A page left by an older version has none."""
    return list(half.get("kept", ()))


def problems_of(half: Half, *, is_correction: bool) -> list[str]:
    """The places where something typed would be lost or not understood. Never what is merely missing."""
    found = []
    if any(line["words"].strip() and not line["origin"] for line in half["said"]):
        found.append("origin")
    if half["due"].strip() and read_day(half["due"]) is None:
        found.append("due")
    if half["why_code"] == "other" and not is_reason("other", half["why"]):
        found.append("why")
    if is_correction and not half["amended_why"].strip():
        found.append("amended_why")
    return found


def is_unborn(child: Person) -> bool:
    """Whether the child is not born yet, as far as is known."""
    return child.born is None and (child.due is not None or "unborn" in child.roles)


def whys_for(child: Person) -> tuple[str, ...]:
    """The reasons for not meeting a child that can be true of this one."""
    if is_unborn(child):
        return ("not-born", "no-answer", "cut-short", "other")
    return tuple(code for code in WHYS if code != "not-born")
