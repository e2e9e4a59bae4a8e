"""Definition of an instrument (tool): its items, rules and texts, as frozen dataclasses.

Definition and answers are two trees joined by `link_id`. All logic is data in a small closed
vocabulary: conditions (`When`), counts (`Scale`), routes, flags and notes. Field names are the keys
of a tool file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, get_args

ItemType = Literal[
    "group",
    "display",
    "choice",
    "choices",
    "text",
    "words",
    "integer",
    "decimal",
    "date",
    "time",
    "people",
    "drawing",
]
InstrumentKind = Literal["risk", "child-voice", "observation"]
Subject = Literal["adult", "child", "either"]
Role = Literal["health-visitor", "midwife", "family-court-adviser", "police-officer"]
ROLES: tuple[Role, ...] = get_args(Role)
Operator = Literal["exists", "=", "!=", ">", "<", ">=", "<=", "state"]
RouteKind = Literal["count", "judgement", "events", "repeat", "indicators"]
AnswerState = Literal[
    "answered",
    "asked-unknown",
    "asked-declined",
    "child-pass",
    "not-asked",
    "not-applicable",
    "not-reached",
    "observed-instead",
]
ANSWER_STATES: tuple[AnswerState, ...] = get_args(AnswerState)
# The ways of not answering that a person can choose.
ABSENT_STATES: tuple[AnswerState, ...] = tuple(
    state for state in ANSWER_STATES if state not in ("answered", "not-reached")
)

# How a child meets a question on a handed-over page, where that is more than its type says.
Appearance = Literal["", "rings", "rooms", "jar", "day-line"]
APPEARANCES: tuple[Appearance, ...] = get_args(Appearance)

# The fields of a group that are keys of their own in its table.
GROUP_FIELDS = (
    *("link_id", "text", "prompt", "help", "required", "repeats", "row_name", "pages", "foreign_id", "codes"),
)

# Items of these types offer states of not answering, or say in `no_states` why they offer none.
TYPES_NEEDING_STATES: tuple[ItemType, ...] = ("choice", "choices", "words", "people", "integer", "drawing")

# Small letters and digits in parts joined by a hyphen or a full stop.
CODE_PATTERN = re.compile(r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$")

# The most characters of a text, unless the item says otherwise.
DEFAULT_MAX_LENGTH = 4000

# Kinds of text, which the reader of a tool file checks by the name of the kind.
# Ages are given as ISO 8601 durations from birth ("P7Y", "P12M", "P0D"): exact to the day.
Age = Annotated[str, "age"]
Code = Annotated[str, "code"]
SourceId = Annotated[str, "source"]
# A sentence with `{value}`, `{threshold}`, `{months}` and `{date}`.
Template = Annotated[str, "template"]
# The white space around it belongs to it: an id that others gave may begin or end in a space.
ForeignId = Annotated[str, "foreign"]
Weight = int | float | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact or a form of wording comes from. `unverified` marks general knowledge."""

    id: str
    text: str
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class AnswerOption:
    """One allowed choice. Codes are for ever: a choice is retired, never renamed.

    Chosen among several, one that stands `alone` (none of these) leaves no other beside it.
    `weight` is what it adds to a scale that sums. `coding` is the "system|code" it has elsewhere.
    """

    code: Code
    text: str
    hint: str = ""
    picture: str = ""
    alone: bool = False
    retired: bool = False
    weight: Weight = None
    coding: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`item op value`. Without an answer every operator but `exists` and `state` is false.

    `exists` takes true or false. `state` takes an answer state, such as "not-asked".
    For `choices`, `=` holds when any chosen code equals the value.
    """

    item: str
    op: Operator
    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class When:
    """Holds when every condition of `all` and, if there are any, one of `any` hold."""

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all or self.any)

    def link_ids(self) -> tuple[str, ...]:
        """The link_ids that this rule looks at."""
        return tuple(condition.item for condition in (*self.all, *self.any))


@dataclass(frozen=True, slots=True)
class Item:
    """One question, one piece of text, or a group of items.

    `text` is what the person who answers sees or hears; `prompt` guides the practitioner and is
    never shown to a child. `states` are the ways of not answering that are offered (see
    `engine.answers`); an item that offers none says why in `no_states`. A `repeats` group is
    filled once per row (each adult in turn). Text in an item of `exact_words` is what somebody said, as
    they said it; other text is the practitioner's own. `pages` says how a top-level group is laid out:
    each question on a page of its own, or together. `appearance` is how a child meets a question, and
    `ends` are the two texts, low and high, by which a child may rename the ends of a ladder.
    `foreign_id` is the id an item has in the form it was read from, `codes` the codes it has
    elsewhere, each "system|code|display".
    """

    link_id: Code
    type: ItemType
    text: str
    prompt: str = ""
    help: str = ""
    options: tuple[AnswerOption, ...] = ()
    states: tuple[str, ...] = ()
    state_words: tuple[tuple[str, str], ...] = ()
    no_states: str = ""
    required: bool = False
    repeats: bool = False
    row_name: str = ""
    minimum: int | None = None
    maximum: int | None = None
    low_text: str = ""
    high_text: str = ""
    max_length: int = DEFAULT_MAX_LENGTH
    enable_when: When = When()
    source: str = ""
    for_child: bool = False
    exact_words: bool = False
    pages: Literal["each", "together"] = "together"
    appearance: Appearance = ""
    ends: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    foreign_id: ForeignId = ""
    codes: tuple[str, ...] = ()

    def option(self, code: str) -> AnswerOption | None:
        """The choice with this code, or None."""
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True, slots=True)
class Scale:
    """A named count: how many of `items` have an answer among `counts`. Blank never counts.

    With `sums` it adds up the weights of the options chosen, and the numbers given, instead.
    """

    id: Code
    title: str
    items: tuple[str, ...]
    counts: tuple[str, ...] = ()
    sums: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that matters independently of the count, with its reason in words."""

    id: Code
    when: When
    reason: str
    source: SourceId


@dataclass(frozen=True, slots=True)
class Route:
    """One way of reaching a decision. Its numbers are area settings, never code or content."""

    id: Code
    title: str
    kind: RouteKind
    met: Template = ""
    not_met: Template = ""
    scale: str = ""
    indicators: tuple[Indicator, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to act on today. `call` names the numbers to show; the record comes second."""

    id: Code
    when: When
    text: str
    do: str
    call: tuple[str, ...]
    source: SourceId


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that a set of answers calls for: pregnancy, control, unlike answers."""

    id: Code
    when: When
    text: str
    source: SourceId


@dataclass(frozen=True, slots=True)
class Supplement:
    """Another tool that a set of answers calls for, in the same contact, and why."""

    tool: Code
    when: When
    because: str
    source: SourceId


@dataclass(frozen=True, eq=False)
class Instrument:
    """A published, versioned tool. `hash` is the SHA-256 of its file, in hex.

    `canonical` is the "url|version" of the form that the tool was read from.

    `needs` are ways of communicating that it is made for; empty for most tools. `retired` are
    link_ids of earlier versions that are never used again. `missed_when` says that what the tool
    is for was not done this time; misses in a row are counted across contacts.

    Two instruments are equal only when they are the same object: a tool is looked up, not compared.
    """

    id: Code
    version: str
    title: str
    kind: InstrumentKind
    subject: Subject
    purpose: str
    not_for: tuple[str, ...]
    roles: tuple[str, ...]
    training: str
    minutes: tuple[int, int]
    reading_age: int
    licence: str
    means: str
    does_not_mean: str
    sources: tuple[Source, ...]
    items: tuple[Item, ...]
    needs: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    age_from: Age = ""
    age_below: Age = ""
    scales: tuple[Scale, ...] = ()
    grades: tuple[tuple[str, str], ...] = ()
    routes: tuple[Route, ...] = ()
    flags: tuple[Flag, ...] = ()
    notes: tuple[Note, ...] = ()
    supplements: tuple[Supplement, ...] = ()
    missed_when: When = When()
    canonical: str = ""
    hash: str = ""

    def walk(self) -> Iterator[Item]:
        """Every item, parents before children, in the order of the file."""
        return walk_items(self.items)

    @cached_property
    def index(self) -> Mapping[str, Item]:
        """Every item by its link_id."""
        return {item.link_id: item for item in self.walk()}


def walk_items(items: Iterable[Item]) -> Iterator[Item]:
    """Items and all items below them, parents before children, in order."""
    for item in items:
        yield item
        yield from walk_items(item.items)


def list_items_with_parent(items: tuple[Item, ...], parent: str = "") -> list[tuple[Item, str]]:
    """Every item outside rows with the link_id of the item around it ("" at the top)."""
    found: list[tuple[Item, str]] = []
    for item in items:
        found.append((item, parent))
        if not item.repeats:
            found.extend(list_items_with_parent(item.items, item.link_id))
    return found


def sort_by_dependency(items: tuple[Item, ...]) -> tuple[list[tuple[Item, str]], list[str]]:
    """Sort items, each with its parent, so that every rule looks back only; name those in a circle.

    The order of the tool is kept where the rules leave a choice. Rules that name items elsewhere
    (in a row, or nowhere) do not take part.
    """
    waiting = list_items_with_parent(items)
    known = {item.link_id for item, _ in waiting}
    needs = {
        item.link_id: ({parent} if parent else set()) | (set(item.enable_when.link_ids()) & known)
        for item, parent in waiting
    }
    placed: set[str] = set()
    found: list[tuple[Item, str]] = []
    while waiting:
        later = []
        for item, parent in waiting:
            if needs[item.link_id] <= placed:
                placed.add(item.link_id)
                found.append((item, parent))
            else:
                later.append((item, parent))
        if len(later) == len(waiting):
            return found, [item.link_id for item, _ in later]
        waiting = later
    return found, []
