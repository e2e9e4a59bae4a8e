"""Writer of tool files: an Instrument as TOML text that `read_tool` accepts.

Reading the text again gives the same instrument with another hash. Comments are not part of an
instrument and are lost.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

from assessments.definitions import definition as d

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# A heading, and what stands below it by key. A list is written one part to a line, a tuple on one line.
_Table = tuple[str, dict[str, object]]
_OptionSets = Mapping[tuple[d.AnswerOption, ...], str]

_FOLLOW_UP = ("text", "words", "date")
_HEAD = (
    *("id", "version", "title", "kind", "subject", "purpose", "not_for", "roles", "training", "minutes"),
    *("reading_age", "age_from", "age_below", "needs", "retired", "licence", "means", "does_not_mean"),
    "canonical",
)
# Written in a form of their own, or read from the table that an item stands in.
_NOT_PLAIN = ("type", "options", "state_words", "enable_when", "source", "pages", "items")
_ITEM = tuple(field.name for field in fields(d.Item) if field.name not in _NOT_PLAIN)


def write_tool(instrument: d.Instrument) -> str:
    """Write a whole tool file."""
    sets = _shared_sets(instrument)
    tables: list[_Table] = [("[instrument]", _set_fields(instrument, *_HEAD))]
    tables += [("[[source]]", asdict(source)) for source in instrument.sources]
    if sets:
        tables.append(("[option_sets]", {name: _options(options) for options, name in sets.items()}))
    for group in instrument.items:
        tables += _group_tables(group, sets)
    tables += _rule_tables(instrument)
    written = (
        "\n".join((heading, *(f"{_toml_key(name)} = {_toml_value(value)}" for name, value in values.items())))
        for heading, values in tables
    )
    return "\n\n".join(written) + "\n"


def _group_tables(group: d.Item, sets: _OptionSets) -> Iterator[_Table]:
    follow_ups = _follow_ups(group)
    each = {"each": [_follow_up_table(item) for item in follow_ups]} if follow_ups else {}
    yield "[[group]]", {**_set_fields(group, *d.GROUP_FIELDS, "enable_when", "source"), **each}
    for item in group.items:
        yield from _item_tables(item, "group.item", group.source, sets, len(follow_ups))


def _item_tables(
    item: d.Item, path: str, source: str, sets: _OptionSets, follow_ups: int = 0
) -> Iterator[_Table]:
    values = {**_set_fields(item, *_ITEM, "enable_when"), "type": item.type}
    if item.options:
        values["options"] = sets.get(item.options) or _options(item.options)
    if item.state_words:
        values["state_words"] = dict(item.state_words)
    if item.source != source:
        values |= _set_fields(item, "source")
    yield f"[[{path}]]", values
    own = item.items[: len(item.items) - follow_ups] if item.type != "display" else ()
    for inner in own:
        yield from _item_tables(inner, f"{path}.item", item.source, sets)


def _rule_tables(instrument: d.Instrument) -> Iterator[_Table]:
    for scale in instrument.scales:
        how: dict[str, object] = {"sums": True} if scale.sums else {"counts": scale.counts}
        yield "[[scale]]", {"id": scale.id, "title": scale.title, "items": scale.items, **how}
    if instrument.grades:
        yield "[grades]", dict(instrument.grades)
    for route in instrument.routes:
        yield "[[route]]", _filled_fields(route)
        for indicator in route.indicators:
            yield "[[route.indicator]]", _filled_fields(indicator)
    for flag in instrument.flags:
        yield "[[flag]]", _filled_fields(flag)
    for note in instrument.notes:
        yield "[[note]]", _filled_fields(note)
    if instrument.missed_when:
        yield "[attempt]", {"missed_when": instrument.missed_when}
    for other in instrument.supplements:
        yield "[[supplement]]", _filled_fields(other)


def _set_fields(part: DataclassInstance, *names: str) -> dict[str, object]:
    """These fields, or all, whose values are not what a reader assumes anyway."""
    defaults = {field.name: field.default for field in fields(part)}
    values = ((name, getattr(part, name)) for name in names or defaults)
    return {
        name: value
        for name, value in values
        if value != defaults[name] or type(value) is not type(defaults[name])
    }


def _filled_fields(part: DataclassInstance) -> dict[str, object]:
    """Every field that is not empty; the indicators of a route are tables of their own."""
    values = {field.name: getattr(part, field.name) for field in fields(part) if field.name != "indicators"}
    return {name: value for name, value in values.items() if value != ""}


def _options(options: tuple[d.AnswerOption, ...]) -> list[dict[str, object]]:
    return [_set_fields(option) for option in options]


def _toml_key(name: str) -> str:
    """A key as it is; a code with a full stop in quotes, or TOML would read a table in it."""
    return _quote(name) if "." in name else name


def _toml_value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case tuple():
            return f"[{', '.join(map(_toml_value, value))}]"
        case list():
            return "[\n" + "".join(f"  {_toml_value(part)},\n" for part in value) + "]"
        case dict():
            pairs = (f"{_toml_key(name)} = {_toml_value(part)}" for name, part in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case d.When():
            lists = {"all": tuple(map(asdict, value.all)), "any": tuple(map(asdict, value.any))}
            return _toml_value({name: conditions for name, conditions in lists.items() if conditions})
    return _quote(str(value))


def _quote(text: str) -> str:
    """A TOML string on one line; half of a surrogate pair, which no UTF-8 file can hold, becomes U+FFFD."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def _shared_sets(instrument: d.Instrument) -> dict[tuple[d.AnswerOption, ...], str]:
    """A name for each list of options that two or more questions offer."""
    counted = Counter(item.options for item in instrument.walk() if item.options)
    shared = (options for options, count in counted.items() if count > 1)
    return {options: f"set-{number}" for number, options in enumerate(shared, start=1)}


def _follow_ups(group: d.Item) -> tuple[d.Item, ...]:
    """The items at the end of every question of a group that `each` can say once for all of them."""
    questions = [item for item in group.items if item.type != "display"]
    if not questions or len(questions) < len(group.items):
        return ()
    first, *others = questions
    found: list[d.Item] = []
    for place in range(1, len(first.items) + 1):
        model = first.items[-place]
        asked = [item.items[-place] if len(item.items) >= place else None for item in questions]
        if any(
            inner != _as_follow_up(model, first, item) for inner, item in zip(asked, questions, strict=True)
        ):
            break
        found.insert(0, model)
    return tuple(found) if others or any(item.type == "words" for item in found) else ()


def _as_follow_up(model: d.Item, first: d.Item, item: d.Item) -> d.Item | None:
    """What `each` would make of a follow-up of one question below another; None when it cannot say it."""
    suffix = model.link_id.removeprefix(f"{first.link_id}.")
    conditions = model.enable_when.any
    if suffix == model.link_id or model.type not in _FOLLOW_UP or not conditions or model.enable_when.all:
        return None
    if any(_shown_for(condition) != condition for condition in conditions):
        return None
    return d.Item(
        link_id=f"{item.link_id}.{suffix}",
        type=model.type,
        text=model.text,
        prompt=model.prompt,
        required=model.required,
        max_length=model.max_length,
        enable_when=d.When(any=tuple(replace(condition, item=item.link_id) for condition in conditions)),
        source=item.source,
    )


def _shown_for(condition: d.Condition) -> d.Condition:
    op: d.Operator = "state" if condition.value in d.ABSENT_STATES else "="
    return d.Condition(condition.item, op, str(condition.value))


def _follow_up_table(item: d.Item) -> dict[str, object]:
    parent = item.enable_when.any[0].item
    return {
        "suffix": item.link_id.removeprefix(f"{parent}."),
        "type": item.type,
        **_set_fields(item, "text", "prompt"),
        "shown_for": tuple(str(condition.value) for condition in item.enable_when.any),
        **_set_fields(item, "required", "max_length"),
    }
