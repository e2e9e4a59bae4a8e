"""Import report: what became of each part of a Questionnaire that was read, with nothing left out.

Outcomes and sentences are in `remarks.toml`.
"""

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

_SENTENCES: dict[str, dict[str, str]] = tomllib.loads(
    files(__package__).joinpath("remarks.toml").read_text(encoding="utf-8")
)
_REMARKS = {code: (outcome, words) for outcome, of in _SENTENCES.items() for code, words in of.items()}
REMARK_CODES = tuple(_REMARKS)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that became of one item of the form, by its linkId there ("" for the form itself)."""

    link_id: str
    code: str
    details: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
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
