"""Separation, custody or "he has left" never lowers anything, in any tool, whatever else was answered.

Most partner killers act when the other parts from them, and harm goes on from prison: an answer that says
that they are apart may only add.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.definitions import catalogue
from assessments.definitions.area_settings import AreaRules
from assessments.definitions.definition import Instrument
from assessments.engine import form as forms
from assessments.engine.answers import Answered, AnswerEntry, NotAnswered
from assessments.engine.enablement import find_visible_items
from assessments.engine.scoring import ScoringContext, ScoringResult
from tests.engine.test_form_properties import entry_for

DAY = date(2026, 3, 5)
# Every question that says two people are apart, and the answers that say so.
APART = {
    ("risk-24", "separation"): ("yes",),
    ("risk-27", "separation"): ("yes",),
    ("honour-10", "tried-to-leave"): ("yes",),
    ("stalking-11", "relation"): ("ex",),
    ("what-worries-you", "parting"): ("recent", "past"),
    ("perpetrator-pattern", "separation"): ("planned", "recent", "past"),
    ("perpetrator-pattern", "custody"): ("yes",),
}
# Other answers to this one name another person altogether, not one who is still near.
NOT_APART = {("stalking-11", "relation"): ("partner",)}
RISK_TOOLS = [tool for tool in catalogue.list_tool_ids() if catalogue.load_tool(tool).kind == "risk"]


def result_of(
    tool: Instrument, rules: AreaRules, entries: dict[str, AnswerEntry], context: ScoringContext | None = None
) -> ScoringResult:
    return forms.open_form(tool, rules, context or ScoringContext(on=DAY), entries).result


def is_lower(tool: Instrument, before: ScoringResult, after: ScoringResult) -> bool:
    """Whether anything is less: the grade, its floor, an open route, something to do today, a tool to do."""
    levels = [None, *(code for code, _ in tool.grades)]

    def less(one: str | None, other: str | None, order: list[str | None]) -> bool:
        return one in order and other in order and order.index(other) < order.index(one)

    met = [{route.id for route in found.routes if route.met} for found in (before, after)]
    today = [
        {str(finding.data["flag"]) for finding in found.findings if finding.code == "same-day"}
        for found in (before, after)
    ]
    return (
        less(before.grade.value, after.grade.value, levels)
        or less(before.grade.floor, after.grade.floor, levels)
        or less(before.band, after.band, levels)
        or not met[0] <= met[1]
        or not today[0] <= today[1]
        or not {offer.tool for offer in before.offers} <= {offer.tool for offer in after.offers}
    )


def together(tool: Instrument, link_id: str, apart: tuple[str, ...]) -> list[AnswerEntry | None]:
    """Not answered, not known, and every answer that does not say that they are apart."""
    item = tool.index[link_id]
    codes = NOT_APART.get((tool.id, link_id), tuple(option.code for option in item.options))
    others = [code for code in codes if code not in apart]
    return [None, *(NotAnswered(state) for state in item.states), *(Answered(code) for code in others)]


def test_every_question_about_being_apart_is_looked_at() -> None:
    for (tool, link_id), apart in APART.items():
        codes = {option.code for option in catalogue.load_tool(tool).index[link_id].options}
        assert set(apart) < codes
    words = ("separat", "custody", "parting")
    named = {
        (tool, item.link_id)
        for tool in RISK_TOOLS
        for item in catalogue.load_tool(tool).walk()
        if item.type == "choice" and any(word in item.link_id for word in words)
    }
    assert named <= set(APART)


@pytest.mark.parametrize(("place", "apart"), APART.items(), ids=["-".join(place) for place in APART])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_being_apart_never_lowers_anything(
    place: tuple[str, str], apart: tuple[str, ...], data: st.DataObject
) -> None:
    tool_id, link_id = place
    tool = catalogue.load_tool(tool_id)
    rules = catalogue.load_area(data.draw(st.sampled_from(catalogue.list_area_ids()))).rules_for(tool_id)
    items = [item for item in tool.walk() if item.link_id != link_id and item.type in ("choice", "choices")]
    told = data.draw(st.lists(st.sampled_from(items), max_size=30, unique=True))
    entries = {item.link_id: data.draw(entry_for(item)) for item in told}
    if link_id not in find_visible_items(tool, entries):
        return
    for other in together(tool, link_id, apart):
        base = {**entries, link_id: other} if other is not None else entries
        before = result_of(tool, rules, base)
        for code in apart:
            after = result_of(tool, rules, {**entries, link_id: Answered(code)})
            assert not is_lower(tool, before, after)


@pytest.mark.parametrize("tool_id", RISK_TOOLS)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_knowing_of_more_events_never_lowers_anything(tool_id: str, data: st.DataObject) -> None:
    tool, rules = catalogue.load_tool(tool_id), catalogue.load_area().rules_for(tool_id)
    items = [item for item in tool.walk() if item.type == "choice"]
    told = data.draw(st.lists(st.sampled_from(items), max_size=20, unique=True))
    entries = {item.link_id: data.draw(entry_for(item)) for item in told}
    days = st.lists(st.integers(0, 800).map(lambda back: DAY - timedelta(days=back)), max_size=6)
    known, more = tuple(data.draw(days)), tuple(data.draw(days))
    last = data.draw(st.sampled_from([None, DAY - timedelta(days=100)]))
    before = ScoringContext(on=DAY, events=known, last_marac_referral=last)
    after = replace(before, events=known + more)
    assert not is_lower(tool, result_of(tool, rules, entries, before), result_of(tool, rules, entries, after))


def test_a_tool_in_which_being_apart_lowers_is_found() -> None:
    tool, rules = catalogue.load_tool("risk-24"), catalogue.load_area().rules_for("risk-24")
    scale = tool.scales[0]
    twisted = replace(tool, scales=(replace(scale, counts=("no",)), *tool.scales[1:]))
    entries: dict[str, AnswerEntry] = {link_id: Answered("no") for link_id in scale.items[:14]}
    assert "separation" in entries
    before = result_of(twisted, rules, entries)
    after = result_of(twisted, rules, {**entries, "separation": Answered("yes")})
    assert (before.band, after.band) == ("high", "medium")
    assert is_lower(twisted, before, after)
