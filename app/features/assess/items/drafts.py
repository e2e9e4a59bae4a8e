"""Drafts of items: what was typed into a question and is no answer yet, and never becomes one by itself.

The plain (JSON) form is what the autosave stores: `draft_from_plain` reads it by the item's type, and what it
cannot read goes back to the store as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from app.core.plain import Json
from assessments.definitions import drawing
from assessments.definitions.definition import Item, walk_items
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import ORIGINS, Answered, AnswerEntry, PlacedPerson, VerbatimLine, parts_of


@dataclass(frozen=True, slots=True, repr=False)
class TextDraft:
    """Letters that cannot be read as the answer they are meant to be. Plain: a text."""

    text: str

    def to_plain(self) -> Json:
        """Return the JSON form."""
        return self.text


@dataclass(frozen=True, slots=True, repr=False)
class VerbatimLineDraft:
    """One line of exact words; `origin` is "" until it is chosen."""

    words: str = ""
    origin: str = ""
    prompt: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether it has both its words and a known origin."""
        return bool(self.words.strip()) and self.origin in ORIGINS


@dataclass(frozen=True, slots=True, repr=False)
class VerbatimDraft:
    """All lines of exact words while one is incomplete. Plain: a list of {words, origin, prompt}."""

    lines: tuple[VerbatimLineDraft, ...] = ()

    def to_plain(self) -> Json:
        """Return the JSON form."""
        return [asdict(line) for line in self.lines]

    def to_answer(self) -> tuple[AnswerEntry | None, VerbatimDraft | None]:
        """Return the answer that the complete lines make, and every begun line while one is incomplete."""
        whole = tuple(
            VerbatimLine(line.words, origin, line.prompt)
            for line in self.lines
            for origin in ORIGINS
            if line.words.strip() and line.origin == origin
        )
        begun = tuple(line for line in self.lines if line.words.strip() or line.origin)
        entry = Answered(whole) if whole else None
        return entry, VerbatimDraft(begun) if len(begun) > len(whole) else None


@dataclass(frozen=True, slots=True, repr=False)
class PeopleMapDraft:
    """A name without a place. Plain: {name}, with {people} while a way of not answering is chosen."""

    name: str
    people: tuple[PlacedPerson, ...] | None = None

    def to_plain(self) -> Json:
        """Return the JSON form."""
        if self.people is None:
            return {"name": self.name}
        people = [{"who": person.who, "place": person.place} for person in self.people]
        return {"name": self.name, "people": people}


@dataclass(frozen=True, slots=True, repr=False)
class DrawingDraft:
    """A drawing set aside while a way of not answering is chosen. Plain: the drawing's own form."""

    drawing: Drawing

    def to_plain(self) -> Json:
        """Return the JSON form."""
        return drawing.to_plain(self.drawing)


@dataclass(frozen=True, slots=True, repr=False)
class UnreadDraft:
    """A draft of another shape than this version writes, kept as it is."""

    plain: Json

    def to_plain(self) -> Json:
        """Return the JSON form."""
        return self.plain


@dataclass(frozen=True, slots=True, repr=False)
class GroupDraft:
    """The drafts in the rows of a group, by row number and link_id. Plain: {"0.name": draft, ...}."""

    drafts: Mapping[tuple[int, str], ItemDraft] = field(default_factory=dict)

    def with_draft(self, at: int, link_id: str, draft: ItemDraft | None) -> GroupDraft | None:
        """Return these drafts with one set, or taken out with None; None when none is left."""
        drafts = {key: kept for key, kept in self.drafts.items() if key != (at, link_id)}
        if draft is not None:
            drafts[at, link_id] = draft
        return GroupDraft(drafts) if drafts else None

    def without_row(self, at: int) -> GroupDraft | None:
        """Return the drafts of the rows that stay, under their new numbers."""
        drafts = {
            (row - (row > at), link_id): kept for (row, link_id), kept in self.drafts.items() if row != at
        }
        return GroupDraft(drafts) if drafts else None

    def to_plain(self) -> Json:
        """Return the JSON form."""
        return {f"{at}.{link_id}": draft.to_plain() for (at, link_id), draft in self.drafts.items()}


ItemDraft = TextDraft | VerbatimDraft | PeopleMapDraft | DrawingDraft | GroupDraft | UnreadDraft


def verbatim_draft_of(entry: AnswerEntry | None) -> VerbatimDraft:
    """Return the lines of an answer as they stand on the page."""
    lines = parts_of(entry, VerbatimLine)
    return VerbatimDraft(tuple(VerbatimLineDraft(line.words, line.origin, line.prompt) for line in lines))


def draft_from_plain(item: Item, plain: Json) -> ItemDraft | None:
    """Read the stored draft of an item; None where nothing is stored."""
    if plain is None:
        return None
    try:
        return _read_draft(item, plain)
    except (KeyError, TypeError, ValueError):
        return UnreadDraft(plain)


def _read_draft(item: Item, plain: Json) -> ItemDraft:
    if isinstance(plain, str):
        return TextDraft(plain)
    if item.type == "drawing":
        return DrawingDraft(drawing.from_plain(plain))
    if item.type == "words" and isinstance(plain, list):
        return VerbatimDraft(
            tuple(VerbatimLineDraft(line["words"], line["origin"], line["prompt"]) for line in plain)
        )
    if item.type == "people" and isinstance(plain, dict):
        people = plain.get("people")
        placed = None if people is None else tuple(PlacedPerson(one["who"], one["place"]) for one in people)
        return PeopleMapDraft(str(plain.get("name") or ""), placed)
    if item.repeats and isinstance(plain, dict):
        inside = {inner.link_id: inner for inner in walk_items(item.items)}
        drafts: dict[tuple[int, str], ItemDraft] = {}
        for key, stored in plain.items():
            at, link_id = key.split(".", 1)
            draft = draft_from_plain(inside[link_id], stored) if link_id in inside else UnreadDraft(stored)
            if draft is not None:
                drafts[int(at), link_id] = draft
        return GroupDraft(drafts)
    return UnreadDraft(plain)
