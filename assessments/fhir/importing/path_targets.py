"""Targets of FHIRPath paths: which items of a form a path names, and what of their answers.

>>> tree = parse_fhirpath("%resource.item.where(linkId='a').answer.value")
>>> Outline({"": ("a",)}).resolve_path(tree, None)
PathTarget(link_ids=('a',), level='value', filters=(), url='')
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assessments.fhir.importing.fhirpath import (
    Call,
    LiteralValue,
    Member,
    Operation,
    SyntaxTree,
    UnsupportedExpression,
    Variable,
    parse_fhirpath,
)
from assessments.fhir.names import ANSWER_STATE_URL

_FORM_VARIABLES = ("resource", "context", "questionnaire", "qitem", "rootResource", "questionnaireResponse")
_TRANSPARENT_FUNCTIONS = (
    *("first", "last", "single", "toString", "toInteger", "toDecimal", "ofType", "trace", "distinct"),
)


@dataclass(frozen=True, slots=True)
class PathTarget:
    """The items that a path names, at a level (item, answer, value ...), narrowed by filters."""

    link_ids: tuple[str, ...]
    level: str
    filters: tuple[SyntaxTree, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """The linkIds below each linkId; "" is the form itself."""

    children: Mapping[str, tuple[str, ...]]

    def descendants(self, link_id: str) -> tuple[str, ...]:
        """Every linkId below one, in order."""
        found: list[str] = []
        for inner in self.children.get(link_id, ()):
            found += [inner, *self.descendants(inner)]
        return tuple(found)

    def resolve_path(self, tree: SyntaxTree, focus: PathTarget | None) -> PathTarget:
        """The target of a path; `focus` is what $this means. Raises UnsupportedExpression."""
        match tree:
            case Variable(name) if name in _FORM_VARIABLES:
                return PathTarget(("",), "form")
            case Member(None, "$this") if focus is not None:
                return focus
            case Member(base, name):
                return self._member(self._base(base, focus), name)
            case Call(base, name, args):
                return self._called(self._base(base, focus), name, args)
        raise UnsupportedExpression("an expression that is not a path")

    def _base(self, base: SyntaxTree | None, focus: PathTarget | None) -> PathTarget:
        if base is not None:
            return self.resolve_path(base, focus)
        return focus or PathTarget(("",), "form")

    def _member(self, target: PathTarget, name: str) -> PathTarget:
        if name == "item":
            inner = [below for link_id in target.link_ids for below in self.children.get(link_id, ())]
            return PathTarget(tuple(inner), "item")
        if name == "answer":
            return replace(target, level="answer")
        if name == "answerOption":
            return replace(target, level="options", filters=())
        if name == "extension":
            return replace(target, level="extension")
        if name.startswith("value") and target.level == "extension":
            return replace(target, level=_extension_level(target.url))
        if name.startswith("value"):
            return replace(target, level="value" if target.level != "options" else "options")
        if name in ("code", "display") and target.level == "value":
            return replace(target, level=name)
        raise UnsupportedExpression(name)

    def _called(self, target: PathTarget, name: str, args: tuple[SyntaxTree, ...]) -> PathTarget:
        if name in _TRANSPARENT_FUNCTIONS:
            return target
        if name == "descendants" or (name == "repeat" and args == (Member(None, "item"),)):
            inner = [below for link_id in target.link_ids for below in self.descendants(link_id)]
            return PathTarget(tuple(dict.fromkeys(inner)), "item")
        if name == "answers":
            return self._called(replace(target, level="item"), "descendants", ())
        if name in ("ordinal", "weight"):
            return replace(target, level="weight")
        if name == "extension" and len(args) == 1 and isinstance(args[0], LiteralValue):
            return replace(target, level="extension", url=str(args[0].value))
        if name == "where" and len(args) == 1:
            return self._where(target, args[0])
        raise UnsupportedExpression(f"{name}()")

    def _where(self, target: PathTarget, test: SyntaxTree) -> PathTarget:
        match target.level, test:
            case "options", _:
                return target
            case "extension", Operation("=", Member(None, "url"), LiteralValue(str() as url)):
                return replace(target, url=url)
            case "item", Operation("and", left, right):
                return self._where(self._where(target, left), right)
            case "item", _ if _names_items(test):
                kept = tuple(
                    link_id for link_id in self._everywhere(target) if _link_id_matches(link_id, test)
                )
                if not kept:
                    raise UnsupportedExpression("an item that is not in the form")
                return replace(target, link_ids=kept)
            case "item" | "answer" | "value", _:
                return replace(target, filters=(*target.filters, test))
        raise UnsupportedExpression("where()")

    def _everywhere(self, target: PathTarget) -> tuple[str, ...]:
        """The targets and all linkIds below them: a linkId is unique in a form."""
        found = [part for link_id in target.link_ids for part in (link_id, *self.descendants(link_id))]
        return tuple(dict.fromkeys(found))


def read_union(tree: SyntaxTree) -> tuple[LiteralValue, ...]:
    """The values of `a | b | c`. Raises UnsupportedExpression."""
    if isinstance(tree, Operation) and tree.op == "|":
        return read_union(tree.left) + read_union(tree.right)
    if isinstance(tree, LiteralValue):
        return (tree,)
    raise UnsupportedExpression("a list of something else than values")


def _names_items(tree: SyntaxTree) -> bool:
    match tree:
        case Operation("or" | "and", left, right):
            return _names_items(left) and _names_items(right)
        case Operation("=" | "!=" | "in", Member(None, "linkId"), _):
            return True
        case Call(Member(None, "linkId"), "startsWith", (LiteralValue(),)):
            return True
    return False


def _link_id_matches(link_id: str, tree: SyntaxTree) -> bool:
    match tree:
        case Operation("or", left, right):
            return _link_id_matches(link_id, left) or _link_id_matches(link_id, right)
        case Operation("and", left, right):
            return _link_id_matches(link_id, left) and _link_id_matches(link_id, right)
        case Operation("in", _, several):
            return link_id in [one.value for one in read_union(several)]
        case Operation(op, _, LiteralValue(value)):
            return (link_id == value) is (op == "=") and link_id != ""
        case Call(_, _, (LiteralValue(value),)):
            return link_id.startswith(str(value)) and link_id != ""
    raise UnsupportedExpression("where()")


def _extension_level(url: str) -> str:
    if url.endswith(("ordinalValue", "itemWeight")):
        return "weight"
    if url == ANSWER_STATE_URL:
        return "state"
    raise UnsupportedExpression(f"the extension {url}")


def substitute_variables(tree: SyntaxTree, variables: Mapping[str, str]) -> SyntaxTree:
    """A tree with the variables of the form put in their places."""
    match tree:
        case Variable(name) if name in variables:
            # Without its own name, so that a circle of variables ends.
            rest = {key: text for key, text in variables.items() if key != name}
            return substitute_variables(parse_fhirpath(variables[name], variables), rest)
        case Member(base, name) if base is not None:
            return Member(substitute_variables(base, variables), name)
        case Call(base, name, args):
            inner = None if base is None else substitute_variables(base, variables)
            return Call(inner, name, tuple(substitute_variables(arg, variables) for arg in args))
        case Operation(op, left, right):
            return Operation(
                op, substitute_variables(left, variables), substitute_variables(right, variables)
            )
    return tree
