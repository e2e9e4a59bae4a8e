"""Calculated items of a form: which are sums of answers, and why the others are not.

The whole form is searched before any item is built: a total may add up subtotals that stand later.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assessments.fhir.importing.answer_lists import ValueSets, read_options
from assessments.fhir.importing.expressions import ExpressionReader
from assessments.fhir.importing.fhirpath import UnsupportedExpression
from assessments.fhir.importing.import_report import ImportReport
from assessments.fhir.importing.questionnaire_node import QuestionnaireNode

_NUMBER_TYPES = ("integer", "decimal", "quantity")
CALCULATED_EXTENSIONS = ("sdc-questionnaire-calculatedExpression", "questionnaire-calculatedExpression")


@dataclass(slots=True)
class CalculatedSums:
    """`found` gives the items that each sum adds up, `refused` why an item is no sum."""

    found: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @classmethod
    def find(
        cls, nodes: list[QuestionnaireNode], expressions: ExpressionReader, sets: ValueSets
    ) -> CalculatedSums:
        """Look through a whole form."""
        sums, written, numbers = cls(), dict[str, str](), set[str]()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            link_id, expression = node.exact_text("linkId"), node.extension(*CALCULATED_EXTENSIONS)
            if isinstance(expression, dict) and link_id:
                written.setdefault(link_id, str(expression.get("expression", "")))
            elif _holds_numbers(node, sets):
                numbers.add(link_id)
            # Items in rows or hidden items are not one answer of the form.
            if not node.flag("repeats") and node.extension("questionnaire-hidden") is not True:
                waiting += node.nodes("item")
            else:
                numbers.discard(link_id)
                written |= {k: v for k, v in _calculations_below(node).items() if k not in written}
        for link_id in written:
            try:
                sums.found[link_id] = _summed_items(link_id, written, numbers, expressions, ())
            except UnsupportedExpression as reason:
                sums.refused[link_id] = reason.part
        return sums


def _calculations_below(node: QuestionnaireNode) -> dict[str, str]:
    """The calculations below an item: a hidden group often keeps the score."""
    found: dict[str, str] = {}
    for inner in node.nodes("item"):
        expression = inner.extension(*CALCULATED_EXTENSIONS)
        if isinstance(expression, dict) and inner.exact_text("linkId"):
            found[inner.exact_text("linkId")] = str(expression.get("expression", ""))
        found |= _calculations_below(inner)
    return found


def _holds_numbers(node: QuestionnaireNode, sets: ValueSets) -> bool:
    if node.text("type") in _NUMBER_TYPES and not node.data.get("answerOption"):
        return True
    return any(offer.option.weight is not None for offer in read_options(node, sets, "", ImportReport()))


def _summed_items(
    link_id: str,
    written: dict[str, str],
    numbers: set[str],
    expressions: ExpressionReader,
    above: tuple[str, ...],
) -> tuple[str, ...]:
    """The items that a sum adds up, subtotals resolved. Raises UnsupportedExpression."""
    if link_id in above:
        raise UnsupportedExpression("a calculation that needs itself")
    found: list[str] = []
    for part in expressions.read_sum(written[link_id]):
        if part in written and part != link_id:
            found += _summed_items(part, written, numbers, expressions, (*above, link_id))
        elif part in numbers:
            found.append(part)
    if not found:
        raise UnsupportedExpression("none of its items holds a number")
    if len(set(found)) < len(found):
        raise UnsupportedExpression("a sum that adds one item twice")
    return tuple(found)
