"""What a path of an expression looks at: which items of a form, and what of their answers.

This room follows paths such as `%resource.item.where(linkId='a').answer.value` over the outline of
a form, and knows nothing of what is then compared or added up (`expressions`).

    >>> Outline({"": ("a",)}).look(parse("%resource.item.where(linkId='a').answer.value"), None)
    Looked(link_ids=('a',), level='value', also=(), url='')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assessments.fhir.fhirpath import Call, Literal, NotFollowed, Op, Step, Tree, Variable, parse
from assessments.fhir.names import ANSWER_STATE

_WHOLE = ("resource", "context", "questionnaire", "qitem", "rootResource", "questionnaireResponse")
_SAME = ("first", "last", "single", "toString", "toInteger", "toDecimal", "ofType", "trace", "distinct")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a path looks at: which items, at which level, narrowed by what else must hold."""

    link_ids: tuple[str, ...]
    level: str
    filters: tuple[Tree, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """Which linkIds stand below which; "" is the form itself."""

    children: Mapping[str, tuple[str, ...]]

    def descendants(self, link_id: str) -> tuple[str, ...]:
        """Every linkId below one, in order."""
        found: list[str] = []
        for inner in self.children.get(link_id, ()):
            found += [inner, *self.descendants(inner)]
        return tuple(found)

    def resolve_path(self, tree: Tree, focus: Looked | None) -> Looked:
        match tree:
            case Variable(name) if name in _WHOLE:
                return Looked(("",), "form")
            case Step(None, "$this") if focus is not None:
                return focus
            case Step(base, name):
                return self._member(self._base(base, focus), name)
            case Call(base, name, args):
                return self._called(self._base(base, focus), name, args)
        raise NotFollowed("an expression that is not a path")

    def _base(self, base: Tree | None, focus: Looked | None) -> Looked:
        if base is not None:
            return self.resolve_path(base, focus)
        return focus or Looked(("",), "form")

    def _member(self, looked: Looked, name: str) -> Looked:
        if name == "item":
            inner = [below for link_id in looked.link_ids for below in self.children.get(link_id, ())]
            return Looked(tuple(inner), "item")
        if name == "answer":
            return replace(looked, level="answer")
        if name == "answerOption":
            return replace(looked, level="options", filters=())
        if name == "extension":
            return replace(looked, level="extension")
        if name.startswith("value") and looked.level == "extension":
            return replace(looked, level=_level_of(looked.url))
        if name.startswith("value"):
            return replace(looked, level="value" if looked.level != "options" else "options")
        if name in ("code", "display") and looked.level == "value":
            return replace(looked, level=name)
        raise NotFollowed(name)

    def _called(self, looked: Looked, name: str, args: tuple[Tree, ...]) -> Looked:
        if name in _SAME:
            return looked
        if name == "descendants" or (name == "repeat" and args == (Step(None, "item"),)):
            inner = [below for link_id in looked.link_ids for below in self.descendants(link_id)]
            return Looked(tuple(dict.fromkeys(inner)), "item")
        if name == "answers":
            return self._called(replace(looked, level="item"), "descendants", ())
        if name in ("ordinal", "weight"):
            return replace(looked, level="weight")
        if name == "extension" and len(args) == 1 and isinstance(args[0], Literal):
            return replace(looked, level="extension", url=str(args[0].value))
        if name == "where" and len(args) == 1:
            return self._where(looked, args[0])
        raise NotFollowed(f"{name}()")

    def _where(self, looked: Looked, test: Tree) -> Looked:
        match looked.level, test:
            case "options", _:
                return looked
            case "extension", Op("=", Step(None, "url"), Literal(str() as url)):
                return replace(looked, url=url)
            case "item", Op("and", left, right):
                return self._where(self._where(looked, left), right)
            case "item", _ if _names_items(test):
                kept = tuple(link_id for link_id in self._everywhere(looked) if _fits(link_id, test))
                if not kept:
                    raise NotFollowed("an item that is not in the form")
                return replace(looked, link_ids=kept)
            case "item" | "answer" | "value", _:
                return replace(looked, filters=(*looked.filters, test))
        raise NotFollowed("where()")

    def _everywhere(self, looked: Looked) -> tuple[str, ...]:
        """linkIds stand once in a form, so an item is found wherever it stands below."""
        found = [part for link_id in looked.link_ids for part in (link_id, *self.descendants(link_id))]
        return tuple(dict.fromkeys(found))


def union(tree: Tree) -> tuple[Literal, ...]:
    if isinstance(tree, Op) and tree.op == "|":
        return union(tree.left) + union(tree.right)
    if isinstance(tree, Literal):
        return (tree,)
    raise NotFollowed("a list of something else than values")


def _names_items(tree: Tree) -> bool:
    match tree:
        case Op("or" | "and", left, right):
            return _names_items(left) and _names_items(right)
        case Op("=" | "!=" | "in", Step(None, "linkId"), _):
            return True
        case Call(Step(None, "linkId"), "startsWith", (Literal(),)):
            return True
    return False


def _fits(link_id: str, tree: Tree) -> bool:
    match tree:
        case Op("or", left, right):
            return _fits(link_id, left) or _fits(link_id, right)
        case Op("and", left, right):
            return _fits(link_id, left) and _fits(link_id, right)
        case Op("in", _, several):
            return link_id in [one.value for one in union(several)]
        case Op(op, _, Literal(value)):
            return (link_id == value) is (op == "=") and link_id != ""
        case Call(_, _, (Literal(value),)):
            return link_id.startswith(str(value)) and link_id != ""
    raise NotFollowed("where()")


def _level_of(url: str) -> str:
    if url.endswith(("ordinalValue", "itemWeight")):
        return "weight"
    if url == ANSWER_STATE:
        return "state"
    raise NotFollowed(f"the extension {url}")


def filled(tree: Tree, variables: Mapping[str, str]) -> Tree:
    """A tree with the variables of the form put in their places."""
    match tree:
        case Variable(name) if name in variables:
            # Without its own name, so that a circle of variables comes to an end.
            rest = {key: text for key, text in variables.items() if key != name}
            return filled(parse(variables[name], variables), rest)
        case Step(base, name) if base is not None:
            return Step(filled(base, variables), name)
        case Call(base, name, args):
            inner = None if base is None else filled(base, variables)
            return Call(inner, name, tuple(filled(arg, variables) for arg in args))
        case Op(op, left, right):
            return Op(op, filled(left, variables), filled(right, variables))
    return tree
