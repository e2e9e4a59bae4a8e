"""FHIRPath expressions of a form as rules and sums over linkIds.

Reads what forms use to show an item or to add up a score, and raises UnsupportedExpression for the
rest. `conditions` finds the option codes.

    >>> reader = ExpressionReader(Outline({"": ("a",)}))
    >>> reader.read_rule("%resource.item.where(linkId='a').answer.value = true")
    Comparison(link_id='a', op='=', level='value', value=True)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from assessments.fhir.importing.fhirpath import (
    TOTAL,
    Call,
    LiteralValue,
    Operation,
    SyntaxTree,
    UnsupportedExpression,
    parse_fhirpath,
)
from assessments.fhir.importing.path_targets import Outline, PathTarget, read_union, substitute_variables

ComparedValue = str | int | float | bool
_NEGATED_OPERATORS = {"=": "!=", "!=": "=", ">": "<=", "<": ">=", ">=": "<", "<=": ">"}
_SWAPPED_OPERATORS = {"=": "=", "!=": "!=", ">": "<", "<": ">", ">=": "<=", "<=": ">="}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`link_id op value`; `level` says what is compared: value, code, display, weight, state, exists."""

    link_id: str
    op: str
    level: str
    value: ComparedValue


@dataclass(frozen=True, slots=True)
class AllOf:
    """A rule that holds when all parts hold."""

    parts: tuple[ImportedRule, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A rule that holds when any part holds."""

    parts: tuple[ImportedRule, ...]


ImportedRule = Comparison | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class ExpressionReader:
    """Reads the expressions of one form, with the variables that it declares."""

    outline: Outline
    variables: Mapping[str, str] = field(default_factory=dict)

    def read_rule(self, expression: str) -> ImportedRule:
        """Say a truth value as a rule. Raises UnsupportedExpression."""
        return self._rule(
            substitute_variables(parse_fhirpath(expression, self.variables), self.variables), None
        )

    def read_sum(self, expression: str) -> tuple[str, ...]:
        """The linkIds whose weights or numbers an expression adds up. Raises UnsupportedExpression."""
        found = self._terms(substitute_variables(parse_fhirpath(expression, self.variables), self.variables))
        if not found or len(set(found)) < len(found):
            raise UnsupportedExpression("a sum of nothing, or of one item twice")
        return found

    def _rule(self, tree: SyntaxTree, focus: PathTarget | None) -> ImportedRule:
        match tree:
            case LiteralValue(bool() as value):
                return AllOf(()) if value else AnyOf(())
            case Operation("and", left, right):
                return AllOf((self._rule(left, focus), self._rule(right, focus)))
            case Operation("or", left, right):
                return AnyOf((self._rule(left, focus), self._rule(right, focus)))
            case Operation(op, left, right):
                return self._compared(op, left, right, focus)
            case Call(base, "not", ()) if base is not None:
                return negate(self._rule(base, focus))
            case Call(base, "exists" | "hasValue", args) if base is not None:
                return self._exists(self.outline.resolve_path(base, focus), args)
            case Call(base, "empty", ()) if base is not None:
                return negate(self._exists(self.outline.resolve_path(base, focus), ()))
            case Call(None, "iif", (test, LiteralValue(True), *rest)) if rest in ([], [LiteralValue(False)]):
                return self._rule(test, focus)
        target = self.outline.resolve_path(tree, focus)
        if target.level != "value":
            raise UnsupportedExpression("a rule that is not true or false")
        return self._tests(target, "=", True)

    def _compared(
        self, op: str, left: SyntaxTree, right: SyntaxTree, focus: PathTarget | None
    ) -> ImportedRule:
        op = {"~": "=", "!~": "!="}.get(op, op)
        if op in ("in", "contains"):
            path, several = (left, right) if op == "in" else (right, left)
            if isinstance(path, LiteralValue):
                return self._compared("=", several, path, focus)
            return AnyOf(tuple(self._compared("=", path, one, focus) for one in read_union(several)))
        if op not in _NEGATED_OPERATORS:
            raise UnsupportedExpression(op)
        if isinstance(left, LiteralValue):
            op, left, right = _SWAPPED_OPERATORS[op], right, left
        if not isinstance(right, LiteralValue) or right.value is None:
            raise UnsupportedExpression("a comparison of two answers")
        if isinstance(left, Call) and left.name == "count" and left.base is not None:
            return self._counted(op, self.outline.resolve_path(left.base, focus), right.value)
        if isinstance(right.value, bool) and _is_test(left):
            rule = self._rule(left, focus)
            return rule if right.value is (op == "=") else negate(rule)
        return self._tests(self.outline.resolve_path(left, focus), op, right.value)

    def _counted(self, op: str, target: PathTarget, number: ComparedValue) -> ImportedRule:
        if (op, number) in ((">", 0), (">=", 1), ("!=", 0)):
            return self._exists(target, ())
        if (op, number) in (("=", 0), ("<", 1), ("<=", 0)):
            return negate(self._exists(target, ()))
        raise UnsupportedExpression("a count")

    def _exists(self, target: PathTarget, args: tuple[SyntaxTree, ...]) -> ImportedRule:
        target = replace(target, filters=(*target.filters, *args))
        if target.level in ("options", "extension", "form"):
            raise UnsupportedExpression("whether something exists that is not an answer")
        if target.filters:
            return _any_of(
                AllOf(
                    tuple(self._rule(part, PathTarget((link_id,), target.level)) for part in target.filters)
                )
                for link_id in target.link_ids
            )
        return _any_of(Comparison(link_id, "exists", "exists", True) for link_id in target.link_ids)

    def _tests(self, target: PathTarget, op: str, value: ComparedValue) -> ImportedRule:
        if target.level not in ("value", "code", "display", "weight", "state"):
            raise UnsupportedExpression(f"a comparison with {target.level}")
        tests = _any_of(Comparison(link_id, op, target.level, value) for link_id in target.link_ids)
        if target.filters:
            return AllOf((self._exists(replace(target, level="answer"), ()), tests))
        return tests

    def _terms(self, tree: SyntaxTree) -> tuple[str, ...]:
        match tree:
            case LiteralValue(None) | LiteralValue(0):
                return ()
            case Operation("+", left, right):
                return self._terms(left) + self._terms(right)
            case Call(base, "sum", ()) if base is not None:
                return self._terms(base)
            case Call(base, "aggregate", (Operation("+", left, right), *_)) if base and TOTAL in (
                left,
                right,
            ):
                return self._terms(base)
            case Call(base, "select", (arg,)) if base is not None:
                return self._added(self.outline.resolve_path(arg, self.outline.resolve_path(base, None)))
            case Call(None, "iif", (_, left, *rest)):
                found = [self._terms(part) for part in (left, *rest)]
                if sum(bool(part) for part in found) <= 1:
                    return next((part for part in found if part), ())
                raise UnsupportedExpression("iif() between two sums")
        return self._added(self.outline.resolve_path(tree, None))

    def _added(self, target: PathTarget) -> tuple[str, ...]:
        if target.level not in ("weight", "value") or target.filters:
            raise UnsupportedExpression("a sum of something else than answers")
        return target.link_ids


def negate(rule: ImportedRule) -> ImportedRule:
    """The opposite of a rule. Without an answer a comparison stays untrue, as in FHIRPath."""
    match rule:
        case AllOf(parts):
            return AnyOf(tuple(negate(part) for part in parts))
        case AnyOf(parts):
            return AllOf(tuple(negate(part) for part in parts))
        case Comparison(_, "exists", _, value):
            return replace(rule, value=not value)
        case Comparison(_, op, "state", _) if op == "=":
            raise UnsupportedExpression("not() of an answer state")
        case Comparison(_, op, _, _):
            return replace(rule, op=_NEGATED_OPERATORS[op])


def _any_of(rules: Iterable[ImportedRule]) -> ImportedRule:
    parts = tuple(rules)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _is_test(tree: SyntaxTree) -> bool:
    """Whether a tree is itself true or false, so that `= true` after it says nothing more."""
    if isinstance(tree, Operation):
        return tree.op in _NEGATED_OPERATORS or tree.op in ("and", "or", "in", "contains", "~", "!~")
    return isinstance(tree, Call) and tree.name in ("exists", "empty", "not", "hasValue")
