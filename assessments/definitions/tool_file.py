"""Reader of tool files: TOML text to an Instrument, or all its faults with their lines.

Checks that link_ids are unique, that every item has a source, and that rules name what exists and
do not run in a circle.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import fields
from typing import cast, get_args

from assessments.definitions import definition as d
from assessments.definitions.toml_document import FileFault, TomlDocument, TomlTable
from assessments.definitions.tool_rules import ToolRulesReader

_VERSION = re.compile(r"^\d+\.\d+\.\d+$")
# The one type that each appearance is a way of answering.
_TYPE_OF_APPEARANCE = {"rings": "people", "rooms": "people", "jar": "people", "day-line": "group"}
_NOT_OF_A_GROUP = {field.name: field.default for field in fields(d.Item) if field.name not in d.GROUP_FIELDS}


def read_tool(text: str) -> tuple[d.Instrument | None, tuple[FileFault, ...]]:
    """Read one tool file. Never raises: a fault is a value."""
    page = TomlDocument.parse(text)
    if page.faults:
        return None, tuple(page.faults)
    instrument = _ToolReader(page, hashlib.sha256(text.encode()).hexdigest()).read()
    return (None if page.faults else instrument), tuple(sorted(page.faults, key=lambda fault: fault.line))


class _ToolReader(ToolRulesReader):
    """One reading of one tool file: its head, its items, and the rules beside them."""

    def __init__(self, page: TomlDocument, digest: str) -> None:
        super().__init__(page)
        self.digest = digest

    def read(self) -> d.Instrument:
        root = self.document.root
        head = root.table("instrument")
        sources = self._sources(root)
        sets = self._option_sets(root)
        groups = root.tables("group")
        if not groups:
            root.add_fault("A tool needs at least one [[group]].")
        items = tuple(self._group(group, sets) for group in groups)
        minutes = head.raw("minutes")
        if not (isinstance(minutes, list) and len(minutes) == 2 and all(isinstance(m, int) for m in minutes)):
            head.add_fault("minutes must be two whole numbers, such as [10, 15].", "minutes")
            minutes = [0, 0]
        instrument = head.read(
            d.Instrument,
            self.readers,
            minutes=(minutes[0], minutes[1]),
            sources=sources,
            items=items,
            scales=tuple(self._scale(scale) for scale in root.tables("scale")),
            grades=self._grades(root),
            routes=tuple(self._route(route) for route in root.tables("route")),
            flags=tuple(self._flag(flag) for flag in root.tables("flag")),
            notes=tuple(self._rule(d.Note, note) for note in root.tables("note")),
            supplements=tuple(self._rule(d.Supplement, table) for table in root.tables("supplement")),
            missed_when=self._missed(root.table("attempt")),
            hash=self.digest,
        )
        self._check_head(head, instrument)
        self._check_rules(root, instrument)
        head.reject_unknown_keys()
        root.reject_unknown_keys()
        return instrument

    def _check_head(self, head: TomlTable, instrument: d.Instrument) -> None:
        if instrument.version and not _VERSION.match(instrument.version):
            head.add_fault("version must be three numbers, such as 1.0.0.", "version")
        for role in instrument.roles:
            if role not in d.ROLES:
                head.add_fault(f'"{role}" is not a role. Roles are {", ".join(d.ROLES)}.', "roles")

    def _sources(self, root: TomlTable) -> tuple[d.Source, ...]:
        found = []
        for table in root.tables("source"):
            found.append(table.read(d.Source))
            if found[-1].id in self.sources:
                table.add_fault(f'The source "{found[-1].id}" stands here twice.', "id")
            self.sources.add(found[-1].id)
            table.reject_unknown_keys()
        return tuple(found)

    def _option_sets(self, root: TomlTable) -> dict[str, tuple[d.AnswerOption, ...]]:
        sets = root.table("option_sets")
        return {name: tuple(self._option(option) for option in sets.tables(name)) for name in sets.data}

    def _option(self, table: TomlTable) -> d.AnswerOption:
        option = table.read(d.AnswerOption, self.readers)
        _reject_preselection(table)
        table.reject_unknown_keys()
        return option

    def _options(
        self, table: TomlTable, sets: dict[str, tuple[d.AnswerOption, ...]]
    ) -> tuple[d.AnswerOption, ...]:
        if isinstance(table.data.get("options"), str):
            name = table.text("options")
            if name not in sets:
                table.add_fault(f'There is no option set "{name}".', "options")
            return sets.get(name, ())
        options = tuple(self._option(option) for option in table.tables("options"))
        codes = [option.code for option in options]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            table.add_fault(f'The option "{code}" stands here twice.', "options")
        return options

    def _group(self, table: TomlTable, sets: dict[str, tuple[d.AnswerOption, ...]]) -> d.Item:
        source = table.text("source")
        each = table.tables("each")
        inner = tuple(self._item(item, sets, source, each) for item in table.tables("item"))
        if not inner:
            table.add_fault("A group needs at least one [[group.item]].")
        offered = {
            code for item in inner for code in (*item.states, *(option.code for option in item.options))
        }
        for follow in each:
            follow.reject_unknown_keys()
            for value in follow.texts("shown_for"):
                if value not in offered:
                    follow.add_fault(f'No question of this group offers "{value}".', "shown_for")
        own = {
            "type": "group",
            "items": inner,
            "source": source,
            "enable_when": self._when(table, "enable_when"),
        }
        group = table.read(d.Item, self.readers, **{**_NOT_OF_A_GROUP, **own})
        self._register(table, group)
        table.reject_unknown_keys()
        return group

    def _item(
        self,
        table: TomlTable,
        sets: dict[str, tuple[d.AnswerOption, ...]],
        source: str,
        each: Iterable[TomlTable],
    ) -> d.Item:
        kind = table.one_of("type", get_args(d.ItemType), required=True, default="display")
        own_source = self._source(table, source)
        link_id = table.text("link_id")
        inner = tuple(self._item(item, sets, own_source, ()) for item in table.tables("item"))
        states, options = table.texts("states"), self._options(table, sets)
        if kind != "display":
            offered = {*states, *(option.code for option in options)}
            follow_ups = (self._follow_up(follow, link_id, own_source, offered) for follow in each)
            inner += tuple(follow_up for follow_up in follow_ups if follow_up is not None)
        words = table.table("state_words")
        item = table.read(
            d.Item,
            self.readers,
            type=kind,
            options=options,
            states=states,
            state_words=tuple((state, words.text(state)) for state in words.data),
            enable_when=self._when(table, "enable_when"),
            source=own_source,
            pages="together",
            items=inner,
        )
        self._register(table, item)
        self._check_item(table, item)
        _reject_preselection(table)
        table.reject_unknown_keys()
        return item

    def _register(self, table: TomlTable, item: d.Item) -> None:
        if item.link_id in self.items:
            table.add_fault(f'The link_id "{item.link_id}" stands in this file twice.', "link_id")
        self.items[item.link_id] = item
        if item.enable_when:
            self.rules.append((table, item.link_id, item.enable_when))

    def _follow_up(self, table: TomlTable, parent: str, source: str, offered: set[str]) -> d.Item | None:
        """One item asked below every question of a group that offers a value of `shown_for`."""
        link_id = f"{parent}.{table.text('suffix', required=True)}"
        shown_for = table.texts("shown_for", required=True)
        when = d.When(
            any=tuple(
                d.Condition(parent, "state" if value in d.ABSENT_STATES else "=", value)
                for value in shown_for
                if value in offered
            )
        )
        item = d.Item(
            link_id=link_id,
            type=cast("d.ItemType", table.one_of("type", ("text", "words", "date"), required=True)),
            text=table.text("text", required=True),
            prompt=table.text("prompt"),
            required=table.flag("required"),
            max_length=table.number("max_length") or d.DEFAULT_MAX_LENGTH,
            exact_words=table.flag("exact_words"),
            enable_when=when,
            source=source,
        )
        if not when:
            return None
        if link_id in self.items:
            table.add_fault(f'The link_id "{link_id}" stands in this file twice.')
        self.items[link_id] = item
        return item

    def _check_item(self, table: TomlTable, item: d.Item) -> None:
        live = [option for option in item.options if not option.retired]
        if item.type in ("choice", "choices", "people") and len(live) < 2:
            table.add_fault("A choice needs at least two options.", "options")
        if item.type not in ("choice", "choices", "people") and item.options:
            table.add_fault(f"An item of type {item.type} takes no options.", "options")
        for state in item.states:
            if state not in d.ABSENT_STATES:
                table.add_fault(f'"{state}" is not a way of not answering.', "states")
        if item.type in d.TYPES_NEEDING_STATES and not (item.states or item.no_states):
            table.add_fault("Offer states for not answering, or say why there are none in no_states.")
        low, high = item.minimum, item.maximum
        if low is not None and high is not None and low >= high:
            table.add_fault("minimum must be below maximum.", "minimum")
        fitting = _TYPE_OF_APPEARANCE.get(item.appearance, item.type)
        if item.type != fitting or (item.type == "group" and item.appearance and not item.repeats):
            table.add_fault(f'"{item.appearance}" does not fit an item of this type.', "appearance")
        texts = [self.items[end] for end in item.ends if end in self.items]
        if item.ends and ([text.type for text in texts] != ["text", "text"] or item.type != "integer"):
            table.add_fault("ends names two texts that stand before a ladder, the low one first.", "ends")
        if item.repeats and item.type != "group":
            table.add_fault("Only a group can repeat.", "repeats")


def _reject_preselection(table: TomlTable) -> None:
    """No answer is given before a person gives it."""
    for key in ("initial", "default", "selected", "checked"):
        if table.has(key):
            table.raw(key)
            table.add_fault("Nothing is pre-selected. Take this line out.", key)
