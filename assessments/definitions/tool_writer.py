"""Writer of tool files: an Instrument as TOML text that `read_tool` accepts.

Reading the text again gives the same instrument with another hash. Comments are not part of an
instrument and are lost.

    text = write_tool(instrument)    # read_tool(text)[0] equals instrument, but for its hash
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

from assessments.definitions import definition as d

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

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
    return _ToolWriter(instrument).text()


def quote_toml(text: str) -> str:
    """A TOML string on one line; half of a surrogate pair, which no UTF-8 file can hold, becomes U+FFFD."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


class _ToolWriter:
    def __init__(self, instrument: d.Instrument) -> None:
        self.instrument = instrument
        self.lines: list[str] = []
        self.sets = _shared_sets(instrument)

    def text(self) -> str:
        self._heading("[instrument]")
        self._values(self.instrument, _HEAD)
        for source in self.instrument.sources:
            self._heading("[[source]]")
            self.lines += [f"{name} = {_toml_value(value)}" for name, value in asdict(source).items()]
        if self.sets:
            self._heading("[option_sets]")
            for options, name in self.sets.items():
                self.lines.append(f"{name} = {_options_array(options)}")
        for group in self.instrument.items:
            self._group(group)
        self._rules()
        return "\n".join(self.lines).lstrip() + "\n"

    def _heading(self, heading: str) -> None:
        self.lines += ["", heading]

    def _values(self, part: DataclassInstance, names: tuple[str, ...]) -> None:
        values = _set_fields(part)
        self.lines += [f"{name} = {_toml_value(values[name])}" for name in names if name in values]

    def _group(self, group: d.Item) -> None:
        self._heading("[[group]]")
        self._fields(group, d.GROUP_FIELDS)
        self._values(group, ("source",))
        follow_ups = _follow_ups(group)
        if follow_ups:
            self.lines += ["each = [", *(f"  {_follow_up_table(item)}," for item in follow_ups), "]"]
        for item in group.items:
            self._item(item, "group.item", group.source, len(follow_ups))

    def _item(self, item: d.Item, path: str, source: str, follow_ups: int = 0) -> None:
        self._heading(f"[[{path}]]")
        self._fields(item, _ITEM)
        self.lines.append(f"type = {quote_toml(item.type)}")
        if item.options:
            name = self.sets.get(item.options)
            self.lines.append(f"options = {quote_toml(name) if name else _options_array(item.options)}")
        if item.state_words:
            pairs = ", ".join(f"{state} = {quote_toml(words)}" for state, words in item.state_words)
            self.lines.append(f"state_words = {{ {pairs} }}")
        if item.source != source:
            self._values(item, ("source",))
        own = item.items[: len(item.items) - follow_ups] if item.type != "display" else ()
        for inner in own:
            self._item(inner, f"{path}.item", item.source)

    def _fields(self, item: d.Item, names: tuple[str, ...]) -> None:
        self._values(item, names)
        if item.enable_when:
            self.lines.append(f"enable_when = {_when_table(item.enable_when)}")

    def _rules(self) -> None:
        for scale in self.instrument.scales:
            self._heading("[[scale]]")
            self._pairs(id=scale.id, title=scale.title, items=scale.items)
            self._pairs(**({"sums": True} if scale.sums else {"counts": scale.counts}))
        if self.instrument.grades:
            self._heading("[grades]")
            self._pairs(**dict(self.instrument.grades))
        for route in self.instrument.routes:
            self._table("[[route]]", route)
            for indicator in route.indicators:
                self._table("[[route.indicator]]", indicator)
        for flag in self.instrument.flags:
            self._table("[[flag]]", flag)
        for note in self.instrument.notes:
            self._table("[[note]]", note)
        if self.instrument.missed_when:
            self._heading("[attempt]")
            self._pairs(missed_when=self.instrument.missed_when)
        for other in self.instrument.supplements:
            self._table("[[supplement]]", other)

    def _table(self, heading: str, part: DataclassInstance) -> None:
        """Write every field; the indicators of a route are tables of their own."""
        self._heading(heading)
        names = (field.name for field in fields(part) if field.name != "indicators")
        self._pairs(**{name: getattr(part, name) for name in names})

    def _pairs(self, **values: object) -> None:
        self.lines += [
            f"{_toml_key(name)} = {_toml_value(value)}" for name, value in values.items() if value != ""
        ]


def _set_fields(part: DataclassInstance) -> dict[str, object]:
    """The fields whose values are not what a reader assumes anyway."""
    values = ((field.name, getattr(part, field.name), field.default) for field in fields(part))
    return {
        name: value for name, value, default in values if value != default or type(value) is not type(default)
    }


def _toml_key(name: str) -> str:
    """A key as it is; a code with a full stop in quotes, or TOML would read a table in it."""
    return quote_toml(name) if "." in name else name


def _toml_value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case tuple():
            return f"[{', '.join(_toml_value(part) for part in value)}]"
        case d.When():
            return _when_table(value)
        case _:
            return quote_toml(str(value))


def _when_table(when: d.When) -> str:
    parts = []
    for name, conditions in (("all", when.all), ("any", when.any)):
        if conditions:
            inner = ", ".join(
                f"{{ item = {quote_toml(c.item)}, op = {quote_toml(c.op)}, value = {_toml_value(c.value)} }}"
                for c in conditions
            )
            parts.append(f"{name} = [{inner}]")
    return f"{{ {', '.join(parts)} }}"


def _options_array(options: tuple[d.AnswerOption, ...]) -> str:
    lines = []
    for option in options:
        pairs = [f"{name} = {_toml_value(value)}" for name, value in _set_fields(option).items()]
        lines.append(f"  {{ {', '.join(pairs)} }},\n")
    return f"[\n{''.join(lines)}]"


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


def _follow_up_table(item: d.Item) -> str:
    parent = item.enable_when.any[0].item
    shown_for = tuple(str(condition.value) for condition in item.enable_when.any)
    pairs = {"suffix": item.link_id.removeprefix(f"{parent}."), "type": item.type, "text": item.text}
    values: dict[str, object] = {**pairs, "prompt": item.prompt, "shown_for": shown_for}
    if item.required:
        values["required"] = True
    if item.max_length != d.DEFAULT_MAX_LENGTH:
        values["max_length"] = item.max_length
    assignments = (f"{name} = {_toml_value(value)}" for name, value in values.items() if value != "")
    return f"{{ {', '.join(assignments)} }}"
