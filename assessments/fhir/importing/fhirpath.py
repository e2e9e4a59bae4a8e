"""FHIRPath parser: an expression as a small syntax tree of five node types.

The only module that imports fhirpathpy, for its grammar alone. An expression that the grammar does
not take whole is refused.

    >>> parse_fhirpath("a.b = 1")
    Operation(op='=', left=Member(base=Member(base=None, name='a'), name='b'), right=LiteralValue(value=1))
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

from antlr4.error.Errors import RecognitionException  # type: ignore[import-untyped]  # it has no types
from fhirpathpy import parser


class UnsupportedExpression(Exception):
    """An expression that goes beyond what can be said here. `part` names it."""

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(part)


@dataclass(frozen=True, slots=True)
class LiteralValue:
    """A text, number, truth value or day; None for the empty collection."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the environment, such as %resource."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member: `base.name`; without a base it is looked up in what is being looked at."""

    base: SyntaxTree | None
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function call: `base.name(args)`."""

    base: SyntaxTree | None
    name: str
    args: tuple[SyntaxTree, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """A binary operation."""

    op: str
    left: SyntaxTree
    right: SyntaxTree


SyntaxTree = LiteralValue | Variable | Member | Call | Operation
THIS, TOTAL = Member(None, "$this"), Member(None, "$total")

_BINARY = (
    *("EqualityExpression", "InequalityExpression", "AndExpression", "OrExpression", "ImpliesExpression"),
    *("AdditiveExpression", "MultiplicativeExpression", "MembershipExpression", "UnionExpression"),
)
_ESCAPES = {"\\'": "'", '\\"': '"', "\\\\": "\\", "\\/": "/", "\\n": "\n", "\\t": "\t", "\\r": "\r"}


def parse_fhirpath(expression: str, names: Iterable[str] = ()) -> SyntaxTree:
    """Read one expression. Raises UnsupportedExpression.

    `names` are the variables of the form. Forms use names with a hyphen, which the grammar takes
    for a minus unless the name stands in back quotes.
    """
    for name in sorted(names, key=len, reverse=True):
        if not name.isidentifier():
            expression = expression.replace(f"%{name}", f"%`{name}`")
    wrapped = f"({expression})"
    try:
        # The grammar prints what it does not know; a command that prints JSON must not print that.
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            root = parser.parse(wrapped)  # type: ignore[no-untyped-call]  # fhirpathpy has no types
        term = root["children"][0]
    except (RecognitionException, LookupError, TypeError, AttributeError, RecursionError):
        raise UnsupportedExpression("not FHIRPath") from None
    # The grammar stops silently where it no longer understands: compare the text it consumed.
    if "".join(str(term.get("text")).split()) != "".join(wrapped.split()):
        raise UnsupportedExpression("not FHIRPath")
    try:
        return _tree(term)
    except (LookupError, ValueError, RecursionError):
        raise UnsupportedExpression("not FHIRPath") from None


def _tree(node: dict[str, Any]) -> SyntaxTree:
    kind, children = node["type"], node.get("children", [])
    if kind in _BINARY:
        return Operation(node["terminalNodeText"][0], _tree(children[0]), _tree(children[1]))
    match kind:
        case "TermExpression" | "ParenthesizedTerm" | "LiteralTerm":
            return _tree(children[0])
        case "InvocationTerm":
            return _invocation(None, children[0])
        case "InvocationExpression":
            return _invocation(_tree(children[0]), children[1])
        case "ExternalConstantTerm":
            return Variable(_name(children[0]["children"][0]))
        case "TypeExpression" if node["terminalNodeText"][0] == "as":
            return Call(_tree(children[0]), "ofType", ())
        case "PolarityExpression":
            inner = _tree(children[0])
            if isinstance(inner, LiteralValue) and isinstance(inner.value, int | float):
                return LiteralValue(-inner.value if node["terminalNodeText"][0] == "-" else inner.value)
    return _literal(node)


def _literal(node: dict[str, Any]) -> LiteralValue:
    text = str(node.get("text"))
    match node["type"]:
        case "NullLiteral":
            return LiteralValue(None)
        case "BooleanLiteral":
            return LiteralValue(text == "true")
        case "NumberLiteral" | "LongNumberLiteral":
            return LiteralValue(float(text) if "." in text else int(text.removesuffix("L")))
        case "StringLiteral":
            return LiteralValue(_unescaped(node["terminalNodeText"][0][1:-1]))
        case "DateLiteral" | "DateTimeLiteral" | "TimeLiteral":
            return LiteralValue(text.removeprefix("@").removeprefix("T"))
        case "QuantityLiteral":
            return LiteralValue(float(node["children"][0]["terminalNodeText"][0]))
    raise UnsupportedExpression(text)


def _invocation(base: SyntaxTree | None, node: dict[str, Any]) -> SyntaxTree:
    match node["type"]:
        case "MemberInvocation":
            return Member(base, _name(node["children"][0]))
        case "ThisInvocation":
            return THIS
        case "TotalInvocation":
            return TOTAL
        case "FunctionInvocation":
            name, *lists = node["children"][0]["children"]
            args = lists[0].get("children", []) if lists else []
            return Call(base, _name(name), tuple(_tree(arg) for arg in args))
    raise UnsupportedExpression(str(node.get("text")))


def _name(node: dict[str, Any]) -> str:
    return str(node["terminalNodeText"][0] if node["terminalNodeText"] else node["text"]).strip("`'")


def _unescaped(text: str) -> str:
    found, place = [], 0
    while place < len(text):
        pair = text[place : place + 2]
        found.append(_ESCAPES.get(pair, text[place]))
        place += 2 if pair in _ESCAPES else 1
    return "".join(found)
