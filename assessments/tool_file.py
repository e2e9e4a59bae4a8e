"""A tool file read into an Instrument, or told all its faults.

This room knows the words of the file format and what must agree between them: link_ids that stand
once, rules that name what exists and run in no circle, sources for every item. It knows nothing of
where files live (`catalogue`) or how a form is filled (`engine`).

    instrument, faults = read_tool(text)        # instrument is None when there is any fault
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import cast, get_args

from assessments import definition as d
from assessments.reading import Fault, Page, Table

_CODE = re.compile(r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$")
_VERSION = re.compile(r"^\d+\.\d+\.\d+$")
AGE = re.compile(r"^P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$")
_CALLS = ("emergency", "police", "childrens-social-care", "named-nurse", "maternity", "ambulance")
_TEMPLATE_WORDS = {"value": 1, "threshold": 1, "months": 1, "date": ""}


def read_tool(text: str) -> tuple[d.Instrument | None, tuple[Fault, ...]]:
    """Read one tool file. Never raises: a fault is a value."""
    page = Page.parse(text)
    if page.faults:
        return None, tuple(page.faults)
    instrument = _Tool(page, hashlib.sha256(text.encode()).hexdigest()).read()
    return (None if page.faults else instrument), tuple(sorted(page.faults, key=lambda fault: fault.line))


class _Tool:
    """One reading of one tool file: the tables asked for, and what must agree between them."""

    def __init__(self, page: Page, digest: str) -> None:
        self.page, self.digest = page, digest
        self.sources: set[str] = set()
        self.items: dict[str, d.Item] = {}
        self.rules: list[tuple[Table, str, d.When]] = []

    def read(self) -> d.Instrument:
        root = self.page.root
        head = root.table("instrument")
        sources = self._sources(root)
        sets = self._option_sets(root)
        groups = root.tables("group")
        if not groups:
            root.fault("A tool needs at least one [[group]].")
        items = tuple(self._group(group, sets) for group in groups)
        minutes = head.raw("minutes")
        if not (isinstance(minutes, list) and len(minutes) == 2 and all(isinstance(m, int) for m in minutes)):
            head.fault("minutes must be two whole numbers, such as [10, 15].", "minutes")
            minutes = [0, 0]
        instrument = d.Instrument(
            id=self._code(head, "id"),
            version=head.text("version", required=True),
            title=head.text("title", required=True),
            kind=cast("d.Kind", head.word("kind", get_args(d.Kind), required=True)),
            subject=cast("d.Subject", head.word("subject", get_args(d.Subject), required=True)),
            purpose=head.text("purpose", required=True),
            not_for=head.texts("not_for", required=True),
            roles=head.texts("roles", required=True),
            training=head.text("training", required=True),
            minutes=(minutes[0], minutes[1]),
            reading_age=head.number("reading_age", required=True) or 0,
            licence=head.text("licence", required=True),
            means=head.text("means", required=True),
            does_not_mean=head.text("does_not_mean", required=True),
            needs=head.texts("needs"),
            retired=head.texts("retired"),
            age_from=self._age(head, "age_from"),
            age_below=self._age(head, "age_below"),
            sources=sources,
            items=items,
            scales=tuple(self._scale(scale) for scale in root.tables("scale")),
            grades=self._grades(root),
            routes=tuple(self._route(route) for route in root.tables("route")),
            flags=tuple(self._flag(flag) for flag in root.tables("flag")),
            notes=tuple(self._note(note) for note in root.tables("note")),
            supplements=tuple(self._supplement(table) for table in root.tables("supplement")),
            canonical=head.text("canonical"),
            hash=self.digest,
        )
        self._check_head(head, instrument)
        self._check_rules(root, instrument)
        head.done()
        root.done()
        return instrument

    def _check_head(self, head: Table, instrument: d.Instrument) -> None:
        if instrument.version and not _VERSION.match(instrument.version):
            head.fault("version must be three numbers, such as 1.0.0.", "version")
        for role in instrument.roles:
            if role not in d.ROLES:
                head.fault(f'"{role}" is not a role. Roles are {", ".join(d.ROLES)}.', "roles")

    def _code(self, table: Table, key: str, prefix: str = "") -> str:
        code = table.text(key, required=True)
        if code and not _CODE.match(code):
            table.fault(f"{key} may hold small letters, digits, hyphens and full stops only.", key)
        return prefix + code

    def _age(self, table: Table, key: str) -> str:
        age = table.text(key)
        if age and not AGE.match(age):
            table.fault(f"{key} must be a duration from birth, such as P7Y or P12M.", key)
        return age

    def _sources(self, root: Table) -> tuple[d.Source, ...]:
        found = []
        for table in root.tables("source"):
            source = d.Source(
                table.text("id", required=True), table.text("text", required=True), table.flag("unverified")
            )
            if source.id in self.sources:
                table.fault(f'The source "{source.id}" stands here twice.', "id")
            self.sources.add(source.id)
            found.append(source)
            table.done()
        return tuple(found)

    def _source(self, table: Table, default: str = "") -> str:
        source = table.text("source", default=default)
        if not source:
            table.fault("source is missing.")
        elif source not in self.sources:
            table.fault(f'There is no [[source]] with the id "{source}".', "source")
        return source

    def _option_sets(self, root: Table) -> dict[str, tuple[d.AnswerOption, ...]]:
        sets = root.table("option_sets")
        return {name: tuple(self._option(option) for option in sets.tables(name)) for name in sets.data}

    def _option(self, table: Table) -> d.AnswerOption:
        option = d.AnswerOption(
            code=self._code(table, "code"),
            text=table.text("text", required=True),
            hint=table.text("hint"),
            picture=table.text("picture"),
            alone=table.flag("alone"),
            retired=table.flag("retired"),
            weight=self._weight(table),
            coding=table.text("coding"),
        )
        _nothing_chosen(table)
        table.done()
        return option

    def _weight(self, table: Table) -> int | float | None:
        weight = table.raw("weight")
        if weight is None or (isinstance(weight, int | float) and not isinstance(weight, bool)):
            return weight
        table.fault("weight must be a number.", "weight")
        return None

    def _options(
        self, table: Table, sets: dict[str, tuple[d.AnswerOption, ...]]
    ) -> tuple[d.AnswerOption, ...]:
        if isinstance(table.data.get("options"), str):
            name = table.text("options")
            if name not in sets:
                table.fault(f'There is no option set "{name}".', "options")
            return sets.get(name, ())
        options = tuple(self._option(option) for option in table.tables("options"))
        codes = [option.code for option in options]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            table.fault(f'The option "{code}" stands here twice.', "options")
        return options

    def _group(self, table: Table, sets: dict[str, tuple[d.AnswerOption, ...]]) -> d.Item:
        source = table.text("source")
        each = table.tables("each")
        inner = tuple(self._item(item, sets, source, each) for item in table.tables("item"))
        if not inner:
            table.fault("A group needs at least one [[group.item]].")
        for follow in each:
            follow.done()
        group = self._built(
            table,
            type="group",
            items=inner,
            pages=table.word("pages", ("each", "together"), default="together"),
            repeats=table.flag("repeats"),
            row_name=table.text("row_name"),
            required=table.flag("required"),
        )
        table.done()
        return group

    def _item(
        self, table: Table, sets: dict[str, tuple[d.AnswerOption, ...]], source: str, each: Iterable[Table]
    ) -> d.Item:
        kind = table.word("type", get_args(d.ItemType), required=True, default="display")
        own_source = self._source(table, source)
        link_id = table.text("link_id")
        inner = tuple(self._item(item, sets, own_source, ()) for item in table.tables("item"))
        inner += tuple(self._follow_up(follow, link_id, own_source) for follow in each)
        if kind == "display":
            inner = ()
        states = table.texts("states")
        words = table.table("state_words")
        item = self._built(
            table,
            type=kind,
            options=self._options(table, sets),
            states=states,
            state_words=tuple((state, words.text(state)) for state in words.data),
            no_states=table.text("no_states"),
            required=table.flag("required"),
            repeats=table.flag("repeats"),
            row_name=table.text("row_name"),
            minimum=table.number("minimum"),
            maximum=table.number("maximum"),
            low_text=table.text("low_text"),
            high_text=table.text("high_text"),
            max_length=table.number("max_length") or 4000,
            source=own_source,
            for_child=table.flag("for_child"),
            items=inner,
        )
        self._check_item(table, item)
        _nothing_chosen(table)
        table.done()
        return item

    def _built(self, table: Table, **parts: object) -> d.Item:
        """The parts that groups and items share, and the register of link_ids."""
        link_id = self._code(table, "link_id")
        when = self._when(table, "enable_when")
        parts.setdefault("source", table.text("source"))
        item = d.Item(
            link_id=link_id,
            text=table.text("text", required=True),
            prompt=table.text("prompt"),
            help=table.text("help"),
            enable_when=when,
            foreign_id=table.text("foreign_id"),
            codes=table.texts("codes"),
            **parts,  # type: ignore[arg-type]  # the parts are named and typed by the two callers
        )
        if link_id in self.items:
            table.fault(f'The link_id "{link_id}" stands in this file twice.', "link_id")
        self.items[link_id] = item
        if when:
            self.rules.append((table, link_id, when))
        return item

    def _follow_up(self, table: Table, parent: str, source: str) -> d.Item:
        """One item asked below every question of a group, shown for the values in `shown_for`."""
        link_id = f"{parent}.{table.text('suffix', required=True)}"
        shown_for = table.texts("shown_for", required=True)
        when = d.When(
            any=tuple(
                d.Condition(parent, "state" if value in d.ABSENT else "=", value) for value in shown_for
            )
        )
        item = d.Item(
            link_id=link_id,
            type=cast("d.ItemType", table.word("type", ("text", "words", "date"), required=True)),
            text=table.text("text", required=True),
            prompt=table.text("prompt"),
            required=table.flag("required"),
            max_length=table.number("max_length") or 4000,
            enable_when=when,
            source=source,
        )
        if link_id in self.items:
            table.fault(f'The link_id "{link_id}" stands in this file twice.')
        self.items[link_id] = item
        return item

    def _check_item(self, table: Table, item: d.Item) -> None:
        live = [option for option in item.options if not option.retired]
        if item.type in ("choice", "choices", "people") and len(live) < 2:
            table.fault("A choice needs at least two options.", "options")
        if item.type not in ("choice", "choices", "people") and item.options:
            table.fault(f"An item of type {item.type} takes no options.", "options")
        for state in item.states:
            if state not in d.ABSENT:
                table.fault(f'"{state}" is not a way of not answering.', "states")
        if item.type in ("choice", "choices", "words", "people", "integer") and not (
            item.states or item.no_states
        ):
            table.fault("Offer states for not answering, or say why there are none in no_states.")
        low, high = item.minimum, item.maximum
        if low is not None and high is not None and low >= high:
            table.fault("minimum must be below maximum.", "minimum")
        if item.repeats and item.type != "group":
            table.fault("Only a group can repeat.", "repeats")

    def _when(self, table: Table, key: str, *, required: bool = False) -> d.When:
        if required and not table.has(key):
            table.fault(f"{key} is missing.")
        inner = table.table(key)
        when = d.When(
            tuple(self._condition(condition) for condition in inner.tables("all")),
            tuple(self._condition(condition) for condition in inner.tables("any")),
        )
        inner.done()
        return when

    def _condition(self, table: Table) -> d.Condition:
        value = table.raw("value")
        if not isinstance(value, str | int | float | bool):
            table.fault("A condition needs a value: text, a number, true or false.", "value")
            value = ""
        condition = d.Condition(
            table.text("item", required=True),
            cast("d.Operator", table.word("op", get_args(d.Operator), required=True, default="=")),
            value,
        )
        table.done()
        return condition

    def _scale(self, table: Table) -> d.Scale:
        scale = d.Scale(
            self._code(table, "id"),
            table.text("title", required=True),
            table.texts("items", required=True),
            table.texts("counts", required=not table.data.get("sums")),
            table.flag("sums"),
        )
        for link_id in scale.items:
            if link_id not in self.items:
                table.fault(f'The scale counts "{link_id}", which is not an item here.', "items")
        table.done()
        return scale

    def _grades(self, root: Table) -> tuple[tuple[str, str], ...]:
        grades = root.table("grades")
        return tuple((code, grades.text(code, required=True)) for code in grades.data)

    def _route(self, table: Table) -> d.Route:
        indicators = []
        for inner in table.tables("indicator"):
            when = self._when(inner, "when", required=True)
            indicators.append(
                d.Indicator(
                    self._code(inner, "id"), when, inner.text("reason", required=True), self._source(inner)
                )
            )
            self.rules.append((inner, "", when))
            inner.done()
        route = d.Route(
            id=self._code(table, "id"),
            title=table.text("title", required=True),
            kind=cast("d.RouteKind", table.word("kind", get_args(d.RouteKind), required=True)),
            met=self._template(table, "met"),
            not_met=self._template(table, "not_met"),
            scale=table.text("scale"),
            indicators=tuple(indicators),
        )
        table.done()
        return route

    def _template(self, table: Table, key: str) -> str:
        template = table.text(key)
        try:
            template.format(**_TEMPLATE_WORDS)
        except (KeyError, IndexError, ValueError):
            table.fault(f"{key} may use {{value}}, {{threshold}}, {{months}} and {{date}} only.", key)
        return template

    def _flag(self, table: Table) -> d.Flag:
        when = self._when(table, "when", required=True)
        flag = d.Flag(
            id=self._code(table, "id"),
            when=when,
            text=table.text("text", required=True),
            do=table.text("do", required=True),
            call=table.texts("call", required=True),
            source=self._source(table),
        )
        for number in flag.call:
            if number not in _CALLS:
                table.fault(f'"{number}" is not a number to call. Known: {", ".join(_CALLS)}.', "call")
        self.rules.append((table, "", when))
        table.done()
        return flag

    def _note(self, table: Table) -> d.Note:
        when = self._when(table, "when", required=True)
        note = d.Note(self._code(table, "id"), when, table.text("text", required=True), self._source(table))
        self.rules.append((table, "", when))
        table.done()
        return note

    def _supplement(self, table: Table) -> d.Supplement:
        when = self._when(table, "when", required=True)
        supplement = d.Supplement(
            self._code(table, "tool"), when, table.text("because", required=True), self._source(table)
        )
        self.rules.append((table, "", when))
        table.done()
        return supplement

    def _check_rules(self, root: Table, instrument: d.Instrument) -> None:
        """Every rule names items and option codes that exist, and no rules run in a circle."""
        for table, _, when in self.rules:
            for condition in (*when.all, *when.any):
                self._check_condition(table, condition)
        for link_id in instrument.retired:
            if link_id in self.items:
                root.table("instrument").fault(
                    f'"{link_id}" is retired and may not be used again.', "retired"
                )
        _, circle = d.order(instrument.items)
        if circle:
            names = ", ".join(circle)
            lines = [table for table, link_id, _ in self.rules if link_id in circle]
            (lines[0] if lines else root).fault(f"These items wait for each other in a circle: {names}.")

    def _check_condition(self, table: Table, condition: d.Condition) -> None:
        item = self.items.get(condition.item)
        if item is None:
            table.fault(f'A rule names "{condition.item}", which is not an item here.')
        elif condition.op == "exists" and not isinstance(condition.value, bool):
            table.fault("exists takes true or false.")
        elif condition.op == "state" and condition.value not in d.STATES:
            table.fault(f'"{condition.value}" is not an answer state.')
        elif (
            condition.op in ("=", "!=")
            and item.options
            and item.option(str(condition.value)) is None
            and item.type != "people"
        ):
            table.fault(f'A rule waits for "{condition.value}", which "{item.link_id}" does not offer.')


def _nothing_chosen(table: Table) -> None:
    """No answer is given before a person gives it."""
    for key in ("initial", "default", "selected", "checked"):
        if table.has(key):
            table.raw(key)
            table.fault("Nothing is pre-selected. Take this line out.", key)
