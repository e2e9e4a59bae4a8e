"""What is known of a form while its items are built: names taken, rules noted, what became of what.

This room keeps the account and decides nothing; `items` builds and `importing` reads it at the end.

    ledger.made("weight", "unit")    ->    "weight.unit"
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assessments.fhir.fhirpath import NotFollowed
from assessments.fhir.importing.answer_lists import ValueSets
from assessments.fhir.importing.conditions import Known, rule_of
from assessments.fhir.importing.expressions import Expressions, Rule
from assessments.fhir.importing.sums import CALCULATED, Sums
from assessments.fhir.names import code_from
from assessments.fhir.node import Node
from assessments.fhir.report import Report

SOURCE = "form"


@dataclass(slots=True)
class Ledger:
    """The account of one form. `own` says that the form was written by Wren.

    `rules` are noted by link_id with the linkId that they stood at, `lost` are those that could not
    be; `scales` are linkId and title.
    """

    sets: ValueSets
    expressions: Expressions
    sums: Sums
    report: Report
    own: bool = False
    known: dict[str, Known] = field(default_factory=dict)
    rules: dict[str, tuple[str, Rule]] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    scales: list[tuple[str, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def remember(self, foreign: str, known: Known) -> None:
        """Note what a linkId became; the first of two that are alike is the one that rules mean."""
        self.known.setdefault(foreign, replace(known, place=len(self.known)))

    def made(self, link_id: str, part: str) -> str:
        """The link_id of an item that the form does not have, such as the unit of an amount."""
        made = code_from(f"{link_id}.{part}", self.taken)
        self.taken.add(made)
        return made

    def note_rule(self, node: Node, foreign: str, link_id: str) -> None:
        rule = rule_of(node.nodes("enableWhen"), node.text("enableBehavior"))
        expression = node.extension("sdc-questionnaire-enableWhenExpression")
        if isinstance(expression, dict):
            try:
                rule = self.expressions.rule(str(expression.get("expression", "")))
            except NotFollowed as reason:
                self.report.add(foreign, "expression", reason.what)
                self.lost[link_id] = foreign
        if rule is not None:
            self.rules[link_id] = (foreign, rule)


__all__ = ["CALCULATED", "SOURCE", "Ledger"]
