"""Reader of the rules of a tool file: conditions, scales, routes, flags, notes and supplements.

At the end it checks that every rule names items and codes that exist and that no rules run in a
circle. Items are read in `tool_file`.
"""

from __future__ import annotations

from typing import cast, get_args

from assessments.definitions import definition as d
from assessments.definitions.toml_document import TomlDocument, TomlTable

NUMBERS_TO_CALL = ("emergency", "police", "childrens-social-care", "named-nurse", "maternity", "ambulance")
_TEMPLATE_WORDS = {"value": 1, "threshold": 1, "months": 1, "date": ""}


class ToolRulesReader:
    """One reading of one file: the sources and items seen so far, and the rules about them."""

    def __init__(self, page: TomlDocument) -> None:
        self.document = page
        self.sources: set[str] = set()
        self.items: dict[str, d.Item] = {}
        self.rules: list[tuple[TomlTable, str, d.When]] = []

    def _code(self, table: TomlTable, key: str, prefix: str = "") -> str:
        code = table.text(key, required=True)
        if code and not d.CODE_PATTERN.match(code):
            table.add_fault(f"{key} may hold small letters, digits, hyphens and full stops only.", key)
        return prefix + code

    def _source(self, table: TomlTable, default: str = "") -> str:
        source = table.text("source", default=default)
        if not source:
            table.add_fault("source is missing.")
        elif source not in self.sources:
            table.add_fault(f'There is no [[source]] with the id "{source}".', "source")
        return source

    def _when(self, table: TomlTable, key: str, *, required: bool = False) -> d.When:
        if required and not table.has(key):
            table.add_fault(f"{key} is missing.")
        inner = table.table(key)
        when = d.When(
            tuple(self._condition(condition) for condition in inner.tables("all")),
            tuple(self._condition(condition) for condition in inner.tables("any")),
        )
        inner.reject_unknown_keys()
        return when

    def _condition(self, table: TomlTable) -> d.Condition:
        value = table.raw("value")
        if not isinstance(value, str | int | float | bool):
            table.add_fault("A condition needs a value: text, a number, true or false.", "value")
            value = ""
        condition = d.Condition(
            table.text("item", required=True),
            cast("d.Operator", table.one_of("op", get_args(d.Operator), required=True, default="=")),
            value,
        )
        table.reject_unknown_keys()
        return condition

    def _scale(self, table: TomlTable) -> d.Scale:
        scale = d.Scale(
            self._code(table, "id"),
            table.text("title", required=True),
            table.texts("items", required=True),
            table.texts("counts", required=not table.data.get("sums")),
            table.flag("sums"),
        )
        for link_id in scale.items:
            if link_id not in self.items:
                table.add_fault(f'The scale counts "{link_id}", which is not an item here.', "items")
        table.reject_unknown_keys()
        return scale

    def _grades(self, root: TomlTable) -> tuple[tuple[str, str], ...]:
        grades = root.table("grades")
        return tuple((code, grades.text(code, required=True)) for code in grades.data)

    def _route(self, table: TomlTable) -> d.Route:
        indicators = []
        for inner in table.tables("indicator"):
            when = self._when(inner, "when", required=True)
            indicators.append(
                d.Indicator(
                    self._code(inner, "id"), when, inner.text("reason", required=True), self._source(inner)
                )
            )
            self.rules.append((inner, "", when))
            inner.reject_unknown_keys()
        route = d.Route(
            id=self._code(table, "id"),
            title=table.text("title", required=True),
            kind=cast("d.RouteKind", table.one_of("kind", get_args(d.RouteKind), required=True)),
            met=self._template(table, "met"),
            not_met=self._template(table, "not_met"),
            scale=table.text("scale"),
            indicators=tuple(indicators),
        )
        table.reject_unknown_keys()
        return route

    def _template(self, table: TomlTable, key: str) -> str:
        template = table.text(key)
        try:
            template.format(**_TEMPLATE_WORDS)
        except (KeyError, IndexError, ValueError):
            table.add_fault(f"{key} may use {{value}}, {{threshold}}, {{months}} and {{date}} only.", key)
        return template

    def _flag(self, table: TomlTable) -> d.Flag:
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
            if number not in NUMBERS_TO_CALL:
                table.add_fault(
                    f'"{number}" is not a number to call. Known: {", ".join(NUMBERS_TO_CALL)}.', "call"
                )
        self.rules.append((table, "", when))
        table.reject_unknown_keys()
        return flag

    def _note(self, table: TomlTable) -> d.Note:
        when = self._when(table, "when", required=True)
        note = d.Note(self._code(table, "id"), when, table.text("text", required=True), self._source(table))
        self.rules.append((table, "", when))
        table.reject_unknown_keys()
        return note

    def _supplement(self, table: TomlTable) -> d.Supplement:
        when = self._when(table, "when", required=True)
        supplement = d.Supplement(
            self._code(table, "tool"), when, table.text("because", required=True), self._source(table)
        )
        self.rules.append((table, "", when))
        table.reject_unknown_keys()
        return supplement

    def _missed(self, table: TomlTable) -> d.When:
        when = self._when(table, "missed_when", required=bool(table.data))
        self.rules.append((table, "", when))
        table.reject_unknown_keys()
        return when

    def _check_rules(self, root: TomlTable, instrument: d.Instrument) -> None:
        """Every rule names items and option codes that exist, and no rules run in a circle."""
        for table, _, when in self.rules:
            for condition in (*when.all, *when.any):
                self._check_condition(table, condition)
        for link_id in instrument.retired:
            if link_id in self.items:
                root.table("instrument").add_fault(
                    f'"{link_id}" is retired and may not be used again.', "retired"
                )
        _, circle = d.sort_by_dependency(instrument.items)
        if circle:
            names = ", ".join(circle)
            lines = [table for table, link_id, _ in self.rules if link_id in circle]
            (lines[0] if lines else root).add_fault(f"These items wait for each other in a circle: {names}.")

    def _check_condition(self, table: TomlTable, condition: d.Condition) -> None:
        item = self.items.get(condition.item)
        if item is None:
            table.add_fault(f'A rule names "{condition.item}", which is not an item here.')
        elif condition.op == "exists" and not isinstance(condition.value, bool):
            table.add_fault("exists takes true or false.")
        elif condition.op == "state" and condition.value not in d.ANSWER_STATES:
            table.add_fault(f'"{condition.value}" is not an answer state.')
        elif (
            condition.op in ("=", "!=")
            and item.options
            and item.option(str(condition.value)) is None
            and item.type != "people"
        ):
            table.add_fault(f'A rule waits for "{condition.value}", which "{item.link_id}" does not offer.')
