"""Placing names by tapping: write a name, choose its place; tap it again to move it or take it off."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from app.kit.hooks import ValueRef, use_ref, use_state
from assessments.engine.answers import Answered, AnswerEntry, PlacedPerson, parts_of

# Where on a drawn map the n-th name stands in a place: right and down of its middle, in percent.
Spot = tuple[int, int]


@dataclass(frozen=True, slots=True, repr=False)
class PlacementFlow:
    """The name being typed and the name being moved. `moving` is a position in the answer, or -1."""

    typed: ValueRef[str]
    has_name: bool
    # A field keeps its own letters: another number makes a new, empty one.
    field_version: int
    moving: int
    type_name: Callable[[str], None]
    place: Callable[[str | None], Awaitable[None]]
    move: Callable[[int, str | None], Awaitable[None]]
    toggle: Callable[[int], None]


def use_placement(
    read: Callable[[], AnswerEntry | None],
    save: Callable[[AnswerEntry | None], Awaitable[None]],
    *,
    name: str = "",
    spot: Callable[[str, int], Spot | None] = lambda _place, _number: None,
) -> PlacementFlow:
    """Keep the state of placing names. `name` is what was typed before and has no place yet.

    `read` gives the answer with typing that is not saved yet; `save` writes it at once.
    """
    typed = use_ref(name)
    field_version, new_field = use_state(0)
    has_name, set_has_name = use_state(bool(name))
    moving, set_moving = use_state(-1)

    def type_name(text: str) -> None:
        typed.current = text
        set_has_name(bool(text.strip()))

    async def place(code: str | None) -> None:
        who, typed.current = typed.current.strip(), ""
        new_field(field_version + 1)
        set_has_name(False)
        if who and code:
            people = parts_of(read(), PlacedPerson)
            await save(placement_entry((*people, PlacedPerson(who, code, spot(code, len(people))))))

    async def move(at: int, code: str | None) -> None:
        people = list(parts_of(read(), PlacedPerson))
        people[at : at + 1] = [replace(people[at], place=code, spot=spot(code, at))] if code else []
        set_moving(-1)
        await save(placement_entry(tuple(people)))

    def toggle(at: int) -> None:
        set_moving(-1 if at == moving else at)

    return PlacementFlow(typed, has_name, field_version, moving, type_name, place, move, toggle)


def placement_entry(people: tuple[PlacedPerson, ...]) -> AnswerEntry | None:
    """Return the answer that these people make; None for nobody."""
    return Answered(people) if people else None
