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

_REMARKS: dict[str, tuple[RemarkOutcome, str]] = {
    # the whole form
    "chosen": ("chosen", "This was not in the form and was chosen: {}. Check it before use."),
    "empty": ("changed", "The form holds no questions."),
    "header": ("noted", "These parts of the head are not kept: {}."),
    "several": ("left-out", "The file holds more than one form. Only the first was read; also there: {}."),
    # items
    "link-id-twice": ("changed", 'The linkId stands here twice. This one became "{}".'),
    "link-id-missing": ("changed", 'The item has no linkId. It became "{}".'),
    "text-missing": ("changed", 'The item has no text. It shows "{}".'),
    "type-unknown": ("changed", 'The type "{}" is not known. It became a text.'),
    "hidden": ("left-out", "The item is hidden in the form, so it is not asked: {}."),
    "hidden-inside": ("left-out", "The item stands inside a hidden item, so it is not asked: {}."),
    "empty-group": ("changed", "The group holds nothing to ask. It became a line of text."),
    "folded": ("changed", "The line of text became the {} of the question it stands under."),
    "read-only": ("changed", "The item is read-only in the form. Here it can be filled in by hand."),
    "group-required": ("left-out", "The group asks for at least one answer. Here each question says so."),
    "modifier": ("left-out", "The form says that this changes the meaning of the item, and Wren cannot: {}."),
    "display-children": ("changed", "Items under a line of text now follow it."),
    # types
    "boolean": ("changed", "Yes or no became a choice of yes and no."),
    "date-time": ("changed", 'Date and time became a date with a time below it ("{}").'),
    "quantity": ("changed", "An amount became a number with its unit in words: {}."),
    "units": ("changed", 'The unit is asked below the number ("{}").'),
    "attachment": ("changed", "A file cannot be added here. It became a note that says where the file is."),
    "reference": ("changed", "A link to another record became a note in words: {}."),
    "url": ("changed", "A web address became a text."),
    "open-choice": ("changed", 'An own answer is given by "Something else" and a text ("{}").'),
    "one-option": ("changed", "There is one option only. Another was added that leaves it out."),
    "repeats-lines": ("changed", "Several answers are written one to a line."),
    "repeats-rows": ("changed", 'Several answers became rows, one answer in each ("{}").'),
    "repeats-in-rows": (
        "changed",
        "Several answers inside a row are not possible. It is asked once per row.",
    ),
    "children-once": ("changed", "Items under a question with several answers are asked once."),
    # options
    "value-set": ("changed", "The list of answers is not in the file: {}. It became a text."),
    "no-options": ("changed", "The choice offers no answers. It became a text."),
    "partial-set": ("left-out", "Part of the list of answers is not in the file: {}."),
    "abstract": ("left-out", "These headings in the list of answers cannot be chosen: {}."),
    "option-part": ("left-out", 'Of the option "{}" this is not kept: {}.'),
    "weights": ("noted", "The options keep their weights. Nothing in the form adds them up here."),
    # values and limits
    "initial": (
        "left-out",
        "An answer was filled in beforehand. Wren never does that: the question starts empty.",
    ),
    "initial-option": (
        "left-out",
        'The option "{}" was chosen beforehand. Wren never does that: the question starts empty.',
    ),
    "bound": ("changed", "A limit that is not a whole number was widened: {}."),
    "bound-unused": ("left-out", "A limit cannot be kept for this type: {}."),
    "bounds-cross": ("left-out", "The lowest value is not below the highest. Neither is kept: {}."),
    # rules
    "rule-unknown-item": (
        "left-out",
        'A rule asks about "{}", which is not asked. The item is always shown.',
    ),
    "rule-no-answer": (
        "left-out",
        'A rule asks about "{}", which takes no answer. The item is always shown.',
    ),
    "rule-unknown-option": ("left-out", "A rule waits for an answer that is not offered: {}."),
    "rule-never": ("left-out", "A rule waits for answers that are never offered. The item is always shown."),
    "rule-into-rows": (
        "left-out",
        'A rule looks into the rows of "{}" from outside. The item is always shown.',
    ),
    "rule-later": (
        "left-out",
        'Inside a row a rule may only look back, not to "{}". The item is always shown.',
    ),
    "rule-value": ("left-out", "A rule compares in a way that Wren cannot: {}. The item is always shown."),
    "rule-shape": (
        "left-out",
        "A rule mixes and with or in a way that Wren cannot. The item is always shown.",
    ),
    "rule-circle": ("left-out", "Rules wait for each other in a circle. The item is always shown."),
    "rule-not-required": ("changed", "The rule is gone, so the question need not be answered."),
    "rule-disabled": ("noted", "What is not asked is not shown here: {}."),
    "expression": (
        "left-out",
        "A rule is written as an expression that Wren cannot follow: {}. The item is always shown.",
    ),
    "calculation": ("left-out", "A calculation cannot be followed: {}. The item can be filled in by hand."),
    "variable": ("noted", "A named value is read where a rule or sum of the form uses it: {}."),
    "scale": ("changed", 'The calculation became a sum: "{}".'),
    # all the rest
    "layout": ("noted", "Wren lays out its pages in its own way: {}."),
    "formatting": ("noted", "The words are kept without their formatting: {}."),
    "translation": ("left-out", "Another language is not kept: {}."),
    "extension": ("left-out", "An extension is not carried over: {}."),
    "field": ("left-out", "A part of the item is not carried over: {}."),
}
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
        template = _REMARKS[self.code][1]
        return template.format(*self.details)

    def to_plain(self) -> dict[str, str]:
        """The JSON form of a remark."""
        return {
            "link_id": self.link_id,
            "outcome": self.outcome,
            "code": self.code,
            "sentence": self.sentence,
        }


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
        rank = ("left-out", "changed", "chosen", "noted")
        ordered = sorted(self.remarks, key=lambda remark: rank.index(remark.outcome))
        return [f"{r.outcome:<9} {r.link_id or '(the form)'}: {r.sentence}" for r in ordered]

    def to_plain(self) -> dict[str, Any]:
        """The JSON form of the report."""
        return {
            "counts": dict(Counter(remark.outcome for remark in self.remarks)),
            "became": dict(self.new_link_ids),
            "remarks": [remark.to_plain() for remark in self.remarks],
        }
