"""Every tool is a Questionnaire that others can read, and comes back as it went."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire

from assessments.definitions import catalogue
from assessments.definitions import definition as d
from assessments.fhir.export import export_questionnaire
from assessments.fhir.importing.importer import import_questionnaire

TOOLS = catalogue.list_tool_ids()


def one_way(when: d.When) -> d.When:
    """One condition under "any" says the same as under "all"."""
    return d.When(all=when.any) if not when.all and len(when.any) == 1 else when


@pytest.mark.parametrize("tool_id", TOOLS)
def test_a_tool_is_a_questionnaire_by_the_judge(tool_id: str) -> None:
    written = export_questionnaire(catalogue.load_tool(tool_id))
    Questionnaire.model_validate(json.loads(json.dumps(written)))


@pytest.mark.parametrize("tool_id", TOOLS)
def test_a_tool_comes_back_from_fhir_with_every_item_and_rule(tool_id: str) -> None:
    tool = catalogue.load_tool(tool_id)
    imported = import_questionnaire(json.loads(json.dumps(export_questionnaire(tool))))
    back = imported.instrument
    assert tuple(back.index) == tuple(tool.index)
    for item in tool.walk():
        found = back.index[item.link_id]
        states = item.states or (found.states if item.type == "words" else ())
        live = tuple(option for option in item.options if not option.retired)
        known = {(c.item, c.value) for c in (*found.enable_when.all, *found.enable_when.any)}
        expected = replace(
            item, items=found.items, states=states, options=live, enable_when=one_way(item.enable_when)
        )
        if expected.enable_when != one_way(found.enable_when):
            # A rule may wait for a code that its item does not offer: that part is told and left out.
            gone = {(c.item, c.value) for c in (*item.enable_when.all, *item.enable_when.any)} - known
            assert gone
            assert all(tool.index[link_id].option(str(code)) is None for link_id, code in gone)
            expected = replace(expected, enable_when=found.enable_when)
        assert replace(found, enable_when=one_way(found.enable_when)) == replace(
            expected, enable_when=one_way(expected.enable_when)
        )
    head = ("id", "version", "title", "kind", "subject", "purpose", "not_for", "roles", "training", "minutes")
    for name in (*head, "reading_age", "age_from", "age_below", "means", "does_not_mean", "sources"):
        assert getattr(back, name) == getattr(tool, name), name


def test_a_rule_on_an_answer_state_goes_as_an_expression() -> None:
    written = json.dumps(export_questionnaire(catalogue.load_tool("child-voice-7-11")))
    assert "sdc-questionnaire-enableWhenExpression" in written
    assert "answer-state').value = 'child-pass'" in written
