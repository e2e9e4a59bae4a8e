"""Import report: what became of each part of a Questionnaire that was read, with nothing left out.

Outcomes: "changed" is kept in another form, "left-out" is not carried over, "noted" is a hint of
layout or wording that Wren handles in its own way, "chosen" was not in the file and must be checked
by a person.

    >>> Remark("q1", "initial").sentence
    'An answer was filled in beforehand. Wren never does that: the question starts empty.'
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

RemarkOutcome = Literal["changed", "left-out", "noted", "chosen"]

_SENTENCES: dict[RemarkOutcome, dict[str, str]] = {
    "left-out": {
        "several": "The file holds more than one form. Only the first was read; also there: {}.",
        "hidden": "The item is hidden in the form, so it is not asked: {}.",
        "hidden-inside": "The item stands inside a hidden item, so it is not asked: {}.",
        "group-required": "The group asks for at least one answer. Here each question says so.",
        "modifier": "The form says that this changes the meaning of the item, and Wren cannot: {}.",
        "partial-set": "Part of the list of answers is not in the file: {}.",
        "abstract": "These headings in the list of answers cannot be chosen: {}.",
        "option-part": 'Of the option "{}" this is not kept: {}.',
        "initial": "An answer was filled in beforehand. Wren never does that: the question starts empty.",
        "initial-option": (
            'The option "{}" was chosen beforehand. Wren never does that: the question starts empty.'
        ),
        "bound-unused": "A limit cannot be kept for this type: {}.",
        "bounds-cross": "The lowest value is not below the highest. Neither is kept: {}.",
        "rule-unknown-item": 'A rule asks about "{}", which is not asked. The item is always shown.',
        "rule-no-answer": 'A rule asks about "{}", which takes no answer. The item is always shown.',
        "rule-unknown-option": "A rule waits for an answer that is not offered: {}.",
        "rule-never": "A rule waits for answers that are never offered. The item is always shown.",
        "rule-into-rows": 'A rule looks into the rows of "{}" from outside. The item is always shown.',
        "rule-later": 'Inside a row a rule may only look back, not to "{}". The item is always shown.',
        "rule-value": "A rule compares in a way that Wren cannot: {}. The item is always shown.",
        "rule-shape": "A rule mixes and with or in a way that Wren cannot. The item is always shown.",
        "rule-circle": "Rules wait for each other in a circle. The item is always shown.",
        "expression": (
            "A rule is written as an expression that Wren cannot follow: {}. The item is always shown."
        ),
        "calculation": "A calculation cannot be followed: {}. The item can be filled in by hand.",
        "translation": "Another language is not kept: {}.",
        "extension": "An extension is not carried over: {}.",
        "field": "A part of the item is not carried over: {}.",
    },
    "changed": {
        "empty": "The form holds no questions.",
        "link-id-twice": 'The linkId stands here twice. This one became "{}".',
        "link-id-missing": 'The item has no linkId. It became "{}".',
        "text-missing": 'The item has no text. It shows "{}".',
        "type-unknown": 'The type "{}" is not known. It became a text.',
        "empty-group": "The group holds nothing to ask. It became a line of text.",
        "folded": "The line of text became the {} of the question it stands under.",
        "read-only": "The item is read-only in the form. Here it can be filled in by hand.",
        "display-children": "Items under a line of text now follow it.",
        "boolean": "Yes or no became a choice of yes and no.",
        "date-time": 'Date and time became a date with a time below it ("{}").',
        "quantity": "An amount became a number with its unit in words: {}.",
        "units": 'The unit is asked below the number ("{}").',
        "attachment": "A file cannot be added here. It became a note that says where the file is.",
        "reference": "A link to another record became a note in words: {}.",
        "url": "A web address became a text.",
        "open-choice": 'An own answer is given by "Something else" and a text ("{}").',
        "one-option": "There is one option only. Another was added that leaves it out.",
        "repeats-lines": "Several answers are written one to a line.",
        "repeats-rows": 'Several answers became rows, one answer in each ("{}").',
        "repeats-in-rows": "Several answers inside a row are not possible. It is asked once per row.",
        "children-once": "Items under a question with several answers are asked once.",
        "value-set": "The list of answers is not in the file: {}. It became a text.",
        "no-options": "The choice offers no answers. It became a text.",
        "bound": "A limit that is not a whole number was widened: {}.",
        "rule-not-required": "The rule is gone, so the question need not be answered.",
        "scale": 'The calculation became a sum: "{}".',
    },
    "chosen": {
        "chosen": "This was not in the form and was chosen: {}. Check it before use.",
    },
    "noted": {
        "header": "These parts of the head are not kept: {}.",
        "weights": "The options keep their weights. Nothing in the form adds them up here.",
        "rule-disabled": "What is not asked is not shown here: {}.",
        "variable": "A named value is read where a rule or sum of the form uses it: {}.",
        "layout": "Wren lays out its pages in its own way: {}.",
        "formatting": "The words are kept without their formatting: {}.",
    },
}
_REMARKS = {code: (outcome, words) for outcome, of in _SENTENCES.items() for code, words in of.items()}
REMARK_CODES = tuple(_REMARKS)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that became of one item of the form, by its linkId there ("" for the form itself)."""

    link_id: str
    code: str
    details: tuple[str, ...] = ()

    @property
    def outcome(self) -> RemarkOutcome:
        """What became of the part."""
        return _REMARKS[self.code][0]

    @property
    def sentence(self) -> str:
        """The remark in words."""
        return _REMARKS[self.code][1].format(*self.details)

    def to_plain(self) -> dict[str, str]:
        """The JSON form of a remark."""
        return {name: getattr(self, name) for name in ("link_id", "outcome", "code", "sentence")}


@dataclass(slots=True)
class ImportReport:
    """All remarks of one reading, in the order of the form, and the link_id each item became."""

    remarks: list[Remark] = field(default_factory=list)
    new_link_ids: dict[str, str] = field(default_factory=dict)

    def add(self, link_id: str, code: str, *details: str) -> None:
        """Add a remark, once."""
        remark = Remark(link_id, code, details)
        if remark not in self.remarks:
            self.remarks.append(remark)

    def remarks_for(self, link_id: str) -> tuple[Remark, ...]:
        """The remarks on one item."""
        return tuple(remark for remark in self.remarks if remark.link_id == link_id)

    def lines(self) -> list[str]:
        """The report for a person: one remark a line, what is lost before what is only noted."""
        rank = [*_SENTENCES]
        ordered = sorted(self.remarks, key=lambda remark: rank.index(remark.outcome))
        return [f"{r.outcome:<9} {r.link_id or '(the form)'}: {r.sentence}" for r in ordered]

    def to_plain(self) -> dict[str, Any]:
        """The JSON form of the report."""
        return {
            "counts": dict(Counter(remark.outcome for remark in self.remarks)),
            "became": dict(self.new_link_ids),
            "remarks": [remark.to_plain() for remark in self.remarks],
        }
