"""Suggested tools for a person of some age on a day, for a role, with reasons as codes.

An unborn child, an unknown date of birth and a child who does not speak each get suggestions. The
sentences for the codes are in `assets/strings`.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assessments.definitions.ages import date_of_age, fits_age
from assessments.definitions.catalogue import list_tool_ids, load_tool
from assessments.definitions.definition import Instrument, Role
from assessments.errors import BadInstrument

Fits = Literal["yes", "maybe", "no"]
# Needs that words alone do not meet, but for the interpreter.
COMMUNICATION_NEEDS = ("non-verbal", "learning-disability", "autism", "deaf", "aac", "speech", "interpreter")
_NON_SPEECH_NEEDS = frozenset(COMMUNICATION_NEEDS) - {"interpreter"}
ADULT_AGE = "P18Y"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One tool: whether it fits, and why, as codes that `assets/strings` puts into words."""

    tool: str
    title: str
    fits: Fits
    reasons: tuple[str, ...]


def suggest(
    *,
    born: date | None,
    on: date,
    role: Role,
    needs: Collection[str] = (),
    adult: bool = False,
    unborn: bool = False,
) -> list[Suggestion]:
    """Every tool for this role about this person, those that fit first.

    `born` None is not known, and `adult` then says whether the person is one. A child is `unborn`
    when it is said so, with or without a due date, or when `born` lies ahead. A tool whose file is
    broken is left out: `wren tools check` names it.
    """
    unborn = unborn or (born is not None and born > on)
    found = []
    for tool in list_tool_ids():
        with suppress(BadInstrument):
            instrument, own = load_tool(tool), None if unborn else born
            found.append(_judge_fit(instrument, own, on, role, frozenset(needs), adult=adult, unborn=unborn))
    order = {"yes": 0, "maybe": 1, "no": 2}

    def rank(one: Suggestion) -> tuple[int, bool, int, str]:
        return order[one.fits], "fits-needs" not in one.reasons, _age_span_days(one.tool), one.tool

    return sorted(found, key=rank)


def _age_span_days(tool: str) -> int:
    """How many days of age a tool covers, to list the narrower tool first."""
    instrument, start = load_tool(tool), date(2000, 1, 1)
    if not instrument.age_below:
        return 100 * 366
    first = date_of_age(start, instrument.age_from) if instrument.age_from else start
    return (date_of_age(start, instrument.age_below) - first).days


def _judge_fit(
    tool: Instrument,
    born: date | None,
    on: date,
    role: Role,
    needs: frozenset[str],
    *,
    adult: bool,
    unborn: bool,
) -> Suggestion:
    def is_(fits: Fits, *reasons: str) -> Suggestion:
        return Suggestion(tool.id, tool.title, fits, reasons)

    if role not in tool.roles:
        return is_("no", "other-role")
    is_adult = adult if born is None else on >= date_of_age(born, ADULT_AGE)
    subject = "adult" if is_adult else "child"
    for_teenagers = tool.subject == "adult" and bool(tool.age_from) and not is_adult
    if tool.subject not in (subject, "either") and not for_teenagers:
        return is_("no", f"about-{tool.subject}")
    if unborn or "unborn" in tool.needs:
        fits = unborn and "unborn" in tool.needs
        return is_("yes", "unborn") if fits else is_("no", "not-born" if unborn else "born")
    own = frozenset(tool.needs)
    if own and not own & needs:
        return is_("no", "made-for-needs")
    at_age = fits_age(tool, born, on)
    if at_age is False:
        return is_("no", "other-age")
    if own & needs:
        return is_("yes", "fits-needs")
    reasons: list[str] = []
    if at_age is None:
        reasons.append("age-not-known")
    if tool.kind == "child-voice" and needs & _NON_SPEECH_NEEDS:
        reasons.append("words-may-not-do")
    return is_("maybe", *reasons) if reasons else is_("yes", "fits-age" if tool.age_from else "any-age")
