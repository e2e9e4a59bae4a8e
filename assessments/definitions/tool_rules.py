"""Reader of the rules of a tool file: conditions, scales, routes, flags, notes and supplements.

At the end it checks that every rule names items and codes that exist and that no rules run in a
circle. Items are read in `tool_file`.
"""

from typing import cast, get_args

from assessments.definitions import definition as d
from assessments.definitions.ages import AGE_PATTERN
from assessments.definitions.toml_document import FieldReaders, PartT, TomlDocument, TomlTable

NUMBERS_TO_CALL = ("emergency", "police", "childrens-social-care", "named-nurse", "maternity", "ambulance")
_TEMPLATE_WORDS = {"value": 1, "threshold": 1, "months": 1, "date": ""}


class ToolRulesReader:
    """One reading of one file: the sources and items seen so far, and the rules about them."""

    def __init__(self, page: TomlDocument) -> None:
        self.document = page
        self.sources: set[str] = set()
        self.items: dict[str, d.Item] = {}
        self.rules: list[tuple[TomlTable, str, d.When]] = []
        self.readers: FieldReaders = {
            d.Age: _age,
            d.Code: _code,
            d.ForeignId: _untrimmed_text,
            d.SourceId: lambda table, _key, _required: self._source(table),
            d.Template: _template,
            d.Weight: _weight,
        }

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
        op = table.one_of("op", get_args(d.Operator), required=True, default="=")
        condition = d.Condition(table.text("item", required=True), cast("d.Operator", op), value)
        table.reject_unknown_keys()
        return condition

    def _rule(self, kind: type[PartT], table: TomlTable) -> PartT:
        """An indicator, flag, note or supplement: what holds `when` a condition does."""
        when = self._when(table, "when", required=True)
        self.rules.append((table, "", when))
        rule = table.read(kind, self.readers, when=when)
        table.reject_unknown_keys()
        return rule

    def _scale(self, table: TomlTable) -> d.Scale:
        counts = table.texts("counts", required=not table.data.get("sums"))
        scale = table.read(d.Scale, self.readers, counts=counts)
        for link_id in scale.items:
            if link_id not in self.items:
                table.add_fault(f'The scale counts "{link_id}", which is not an item here.', "items")
        table.reject_unknown_keys()
        return scale

    def _grades(self, root: TomlTable) -> tuple[tuple[str, str], ...]:
        grades = root.table("grades")
        return tuple((code, grades.text(code, required=True)) for code in grades.data)

    def _route(self, table: TomlTable) -> d.Route:
        indicators = tuple(self._rule(d.Indicator, inner) for inner in table.tables("indicator"))
        route = table.read(d.Route, self.readers, indicators=indicators)
        table.reject_unknown_keys()
        return route

    def _flag(self, table: TomlTable) -> d.Flag:
        flag = self._rule(d.Flag, table)
        for number in flag.call:
            if number not in NUMBERS_TO_CALL:
                table.add_fault(
                    f'"{number}" is not a number to call. Known: {", ".join(NUMBERS_TO_CALL)}.', "call"
                )
        return flag

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


def _age(table: TomlTable, key: str, _required: bool) -> str:
    age = table.text(key)
    if age and not AGE_PATTERN.match(age):
        table.add_fault(f"{key} must be a duration from birth, such as P7Y or P12M.", key)
    return age


def _code(table: TomlTable, key: str, _required: bool) -> str:
    code = table.text(key, required=True)
    if code and not d.CODE_PATTERN.match(code):
        table.add_fault(f"{key} may hold small letters, digits, hyphens and full stops only.", key)
    return code


def _template(table: TomlTable, key: str, _required: bool) -> str:
    template = table.text(key)
    try:
        template.format(**_TEMPLATE_WORDS)
    except (KeyError, IndexError, ValueError):
        table.add_fault(f"{key} may use {{value}}, {{threshold}}, {{months}} and {{date}} only.", key)
    return template


def _untrimmed_text(table: TomlTable, key: str, _required: bool) -> str:
    table.text(key)
    value = table.data.get(key)
    return value if isinstance(value, str) else ""


def _weight(table: TomlTable, key: str, _required: bool) -> d.Weight:
    weight = table.raw(key)
    if weight is None or (isinstance(weight, int | float) and not isinstance(weight, bool)):
        return weight
    table.add_fault(f"{key} must be a number.", key)
    return None
