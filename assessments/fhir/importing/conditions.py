"""Rules of an imported form, found by linkId, as conditions over the imported items.

A rule that cannot be expressed raises UnresolvedRule with a code of `import_report`: the item is then
always shown, because a superfluous question is safer than one that nobody sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import cast

from assessments.definitions.definition import Condition, Operator, When
from assessments.fhir.importing.answer_lists import OfferedOption
from assessments.fhir.importing.expressions import AllOf, AnyOf, Comparison, ImportedRule
from assessments.fhir.importing.questionnaire_node import QuestionnaireNode

_ORDER_OPERATORS = {">": float.__gt__, "<": float.__lt__, ">=": float.__ge__, "<=": float.__le__}
_MAX_CLAUSES = 64
ComparisonResolver = Callable[[Comparison], tuple[Condition, ...]]


class UnresolvedRule(Exception):
    """A rule that cannot be expressed. `code` and `details` make a remark of `import_report`."""

    def __init__(self, code: str, *details: str) -> None:
        self.code, self.details = code, details
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class ImportedItem:
    """What one item of the form became. `row` is the repeating group around it, `position` its order."""

    link_id: str
    kind: str
    options: tuple[OfferedOption, ...] = ()
    other_link_id: str = ""
    row: str = ""
    position: int = 0


def read_enable_when(nodes: list[QuestionnaireNode], behaviour: str) -> ImportedRule | None:
    """enableWhen as a rule; None when there is none."""
    tests = tuple(_read_comparison(node) for node in nodes)
    if not tests:
        return None
    return AllOf(tests) if behaviour == "all" or len(tests) == 1 else AnyOf(tests)


def _read_comparison(node: QuestionnaireNode) -> Comparison:
    link_id, op = node.exact_text("question"), node.text("operator") or "="
    if "hasAnswer" in node.data:
        return Comparison(link_id, "exists", "exists", node.flag("hasAnswer"))
    value = next((part for key, part in node.data.items() if key.startswith("answer")), None)
    if op == "exists":
        return Comparison(link_id, op, "exists", value is True)
    if isinstance(value, dict):
        if "value" in value:
            return Comparison(link_id, op, "value", value["value"])
        return Comparison(link_id, op, "coding", f"{value.get('system', '')}|{value.get('code', '')}")
    return Comparison(link_id, op, "value", value if isinstance(value, str | int | float | bool) else "")


def rule_to_when(rule: ImportedRule, resolver: ComparisonResolver) -> When:
    """A rule as a When: every condition of one list, and one of another. Raises UnresolvedRule."""
    clauses = list(dict.fromkeys(_clauses(rule, resolver)))
    if () in clauses:
        raise UnresolvedRule("rule-never")
    several = [clause for clause in clauses if len(clause) > 1]
    if len(several) > 1 or not clauses:
        raise UnresolvedRule("rule-shape")
    alone = tuple(clause[0] for clause in clauses if len(clause) == 1)
    return When(alone, several[0] if several else ())


def _clauses(rule: ImportedRule, resolver: ComparisonResolver) -> list[tuple[Condition, ...]]:
    """The rule as a list of which all must hold, each a list of which one must."""
    if isinstance(rule, Comparison):
        return [resolver(rule)]
    parts = [_clauses(part, resolver) for part in rule.parts]
    if isinstance(rule, AllOf):
        return [clause for part in parts for clause in part]
    many = 1
    for part in parts:
        many *= len(part)
    if not parts or not 0 < many <= _MAX_CLAUSES:
        raise UnresolvedRule("rule-shape")
    return [tuple(dict.fromkeys(c for clause in way for c in clause)) for way in product(*parts)]


def resolve_comparison(
    test: Comparison, known: Mapping[str, ImportedItem], asker: ImportedItem
) -> tuple[Condition, ...]:
    """The conditions of which one must hold for a test to be true. Raises UnresolvedRule."""
    item = known.get(test.link_id)
    if item is None:
        raise UnresolvedRule("rule-unknown-item", test.link_id)
    if item.kind in ("group", "display"):
        raise UnresolvedRule("rule-no-answer", test.link_id)
    if item.row and item.row != asker.row:
        raise UnresolvedRule("rule-into-rows", test.link_id)
    if item.row and item.position >= asker.position:
        raise UnresolvedRule("rule-later", test.link_id)
    if test.level == "exists":
        return (Condition(item.link_id, "exists", bool(test.value)),)
    if test.level == "state":
        return (Condition(item.link_id, "state", str(test.value)),)
    if test.op not in ("=", "!=", *_ORDER_OPERATORS):
        raise UnresolvedRule("rule-value", f'"{test.op}"')
    if item.kind == "boolean":
        return _resolve_boolean(test, item)
    if item.kind == "choice":
        return _resolve_choice(test, item)
    return _resolve_value(test, item)


def _resolve_boolean(test: Comparison, item: ImportedItem) -> tuple[Condition, ...]:
    given = {"true": True, "false": False}.get(str(test.value).lower())
    if given is None or test.op not in ("=", "!="):
        raise UnresolvedRule("rule-value", f"{item.link_id} {test.op} {test.value}")
    return (Condition(item.link_id, cast("Operator", test.op), "yes" if given else "no"),)


def _resolve_choice(test: Comparison, item: ImportedItem) -> tuple[Condition, ...]:
    if test.op in ("=", "!="):
        found = _find_option(test, item)
        if found is not None:
            return (Condition(item.link_id, cast("Operator", test.op), found.option.code),)
        if item.other_link_id and test.level in ("value", "display"):
            return (Condition(item.other_link_id, cast("Operator", test.op), str(test.value)),)
        raise UnresolvedRule("rule-unknown-option", str(test.value))
    compare = _ORDER_OPERATORS[test.op]
    numbers = [
        (offer, offer.option.weight if test.level == "weight" or offer.system == "" else None)
        for offer in item.options
    ]
    if isinstance(test.value, bool) or not isinstance(test.value, int | float):
        raise UnresolvedRule("rule-value", f"{item.link_id} {test.op} {test.value}")
    fitting = [o for o, number in numbers if number is not None and compare(float(number), float(test.value))]
    if not fitting:
        raise UnresolvedRule("rule-value", f"{item.link_id} {test.op} {test.value}")
    return tuple(Condition(item.link_id, "=", offer.option.code) for offer in fitting)


def _find_option(test: Comparison, item: ImportedItem) -> OfferedOption | None:
    """The option that a test means: by system and code, by code, by words or by weight."""
    if test.level == "coding":
        system, _, code = str(test.value).partition("|")
        exact = next((o for o in item.options if (o.system, o.code) == (system, code) and code), None)
        return exact or next((o for o in item.options if o.code == code and code and not system), None)
    return next((offer for offer in item.options if _compared_part(offer, test.level) == test.value), None)


def _compared_part(offer: OfferedOption, level: str) -> str | int | float | None:
    parts = {"code": offer.code, "weight": offer.option.weight, "display": offer.option.text}
    return parts.get(level, offer.value)


def _resolve_value(test: Comparison, item: ImportedItem) -> tuple[Condition, ...]:
    """A comparison with a number, a day, a time or words; a moment is compared by its day."""
    value = test.value
    fits = test.level == "value" and not isinstance(value, bool)
    match item.kind:
        case "integer" | "decimal":
            fits = fits and isinstance(value, int | float)
        case "date":
            value = str(value).partition("T")[0]
            fits = fits and len(value) == len("2026-01-31")
        case _:
            fits = fits and isinstance(value, str) and item.kind != "note" and test.op in ("=", "!=")
    if not fits:
        raise UnresolvedRule("rule-value", f"{item.link_id} {test.op} {test.value}")
    return (Condition(item.link_id, cast("Operator", test.op), value),)
