"""Simple expressions of a form said in our own few words: a rule, or a sum.

This room knows what forms write in FHIRPath to show an item or to add up a score, by linkId, and
refuses the rest with NotFollowed. It knows nothing of our codes: `conditions` finds those.

    >>> Expressions(Outline({"": ("a",)})).rule("%resource.item.where(linkId='a').answer.value = true")
    Compared(link_id='a', op='=', level='value', value=True)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from assessments.fhir.fhirpath import TOTAL, Call, Literal, NotFollowed, Op, Tree, parse
from assessments.fhir.paths import Looked, Outline, filled, union

Wanted = str | int | float | bool
_FLIPPED = {"=": "!=", "!=": "=", ">": "<=", "<": ">=", ">=": "<", "<=": ">"}
_MIRRORED = {"=": "=", "!=": "!=", ">": "<", "<": ">", ">=": "<=", "<=": ">="}


@dataclass(frozen=True, slots=True)
class Compared:
    """`link_id op value`; `level` says what is compared: value, code, display, weight, state, exists."""

    link_id: str
    op: str
    level: str
    value: Wanted


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Rule, ...]


Rule = Compared | Every | Some


@dataclass(frozen=True, slots=True)
class Expressions:
    """Reads the expressions of one form, with the variables that it declares."""

    outline: Outline
    variables: Mapping[str, str] = field(default_factory=dict)

    def read_rule(self, expression: str) -> Rule:
        """Say a truth value as a rule. Raises NotFollowed."""
        return self._rule(filled(parse(expression, self.variables), self.variables), None)

    def read_sum(self, expression: str) -> tuple[str, ...]:
        """The linkIds whose weights or numbers an expression adds up. Raises NotFollowed."""
        found = self._terms(filled(parse(expression, self.variables), self.variables))
        if not found or len(set(found)) < len(found):
            raise NotFollowed("a sum of nothing, or of one item twice")
        return found

    def _rule(self, tree: Tree, focus: Looked | None) -> Rule:
        match tree:
            case Literal(bool() as value):
                return Every(()) if value else Some(())
            case Op("and", left, right):
                return Every((self._rule(left, focus), self._rule(right, focus)))
            case Op("or", left, right):
                return Some((self._rule(left, focus), self._rule(right, focus)))
            case Op(op, left, right):
                return self._compared(op, left, right, focus)
            case Call(base, "not", ()) if base is not None:
                return negated(self._rule(base, focus))
            case Call(base, "exists" | "hasValue", args) if base is not None:
                return self._exists(self.outline.resolve_path(base, focus), args)
            case Call(base, "empty", ()) if base is not None:
                return negated(self._exists(self.outline.resolve_path(base, focus), ()))
            case Call(None, "iif", (test, Literal(True), *rest)) if rest in ([], [Literal(False)]):
                return self._rule(test, focus)
        looked = self.outline.resolve_path(tree, focus)
        if looked.level != "value":
            raise NotFollowed("a rule that is not true or false")
        return self._tests(looked, "=", True)

    def _compared(self, op: str, left: Tree, right: Tree, focus: Looked | None) -> Rule:
        op = {"~": "=", "!~": "!="}.get(op, op)
        if op in ("in", "contains"):
            path, several = (left, right) if op == "in" else (right, left)
            if isinstance(path, Literal):
                return self._compared("=", several, path, focus)
            return Some(tuple(self._compared("=", path, one, focus) for one in union(several)))
        if op not in _FLIPPED:
            raise NotFollowed(op)
        if isinstance(left, Literal):
            op, left, right = _MIRRORED[op], right, left
        if not isinstance(right, Literal) or right.value is None:
            raise NotFollowed("a comparison of two answers")
        if isinstance(left, Call) and left.name == "count" and left.base is not None:
            return self._counted(op, self.outline.resolve_path(left.base, focus), right.value)
        if isinstance(right.value, bool) and _is_test(left):
            rule = self._rule(left, focus)
            return rule if right.value is (op == "=") else negated(rule)
        return self._tests(self.outline.resolve_path(left, focus), op, right.value)

    def _counted(self, op: str, looked: Looked, number: Wanted) -> Rule:
        if (op, number) in ((">", 0), (">=", 1), ("!=", 0)):
            return self._exists(looked, ())
        if (op, number) in (("=", 0), ("<", 1), ("<=", 0)):
            return negated(self._exists(looked, ()))
        raise NotFollowed("a count")

    def _exists(self, looked: Looked, args: tuple[Tree, ...]) -> Rule:
        looked = replace(looked, filters=(*looked.filters, *args))
        if looked.level in ("options", "extension", "form"):
            raise NotFollowed("whether something exists that is not an answer")
        if looked.filters:
            return _some(
                Every(tuple(self._rule(part, Looked((link_id,), looked.level)) for part in looked.filters))
                for link_id in looked.link_ids
            )
        return _some(Compared(link_id, "exists", "exists", True) for link_id in looked.link_ids)

    def _tests(self, looked: Looked, op: str, value: Wanted) -> Rule:
        if looked.level not in ("value", "code", "display", "weight", "state"):
            raise NotFollowed(f"a comparison with {looked.level}")
        tests = _some(Compared(link_id, op, looked.level, value) for link_id in looked.link_ids)
        if looked.filters:
            return Every((self._exists(replace(looked, level="answer"), ()), tests))
        return tests

    def _terms(self, tree: Tree) -> tuple[str, ...]:
        match tree:
            case Literal(None) | Literal(0):
                return ()
            case Op("+", left, right):
                return self._terms(left) + self._terms(right)
            case Call(base, "sum", ()) if base is not None:
                return self._terms(base)
            case Call(base, "aggregate", (Op("+", left, right), *_)) if base and TOTAL in (left, right):
                return self._terms(base)
            case Call(base, "select", (arg,)) if base is not None:
                return self._added(self.outline.resolve_path(arg, self.outline.resolve_path(base, None)))
            case Call(None, "iif", (_, left, *rest)):
                found = [self._terms(part) for part in (left, *rest)]
                if sum(bool(part) for part in found) <= 1:
                    return next((part for part in found if part), ())
                raise NotFollowed("iif() between two sums")
        return self._added(self.outline.resolve_path(tree, None))

    def _added(self, looked: Looked) -> tuple[str, ...]:
        if looked.level not in ("weight", "value") or looked.filters:
            raise NotFollowed("a sum of something else than answers")
        return looked.link_ids


def negated(rule: Rule) -> Rule:
    """The opposite of a rule. Without an answer a comparison stays untrue, as in FHIRPath."""
    match rule:
        case Every(parts):
            return Some(tuple(negated(part) for part in parts))
        case Some(parts):
            return Every(tuple(negated(part) for part in parts))
        case Compared(_, "exists", _, value):
            return replace(rule, value=not value)
        case Compared(_, op, "state", _) if op == "=":
            raise NotFollowed("not() of an answer state")
        case Compared(_, op, _, _):
            return replace(rule, op=_FLIPPED[op])


def _some(rules: Iterable[Rule]) -> Rule:
    parts = tuple(rules)
    return parts[0] if len(parts) == 1 else Some(parts)


def _is_test(tree: Tree) -> bool:
    """Whether a tree is itself true or false, so that `= true` after it says nothing more."""
    if isinstance(tree, Op):
        return tree.op in _FLIPPED or tree.op in ("and", "or", "in", "contains", "~", "!~")
    return isinstance(tree, Call) and tree.name in ("exists", "empty", "not", "hasValue")
