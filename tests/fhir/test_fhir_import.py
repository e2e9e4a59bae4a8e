"""A Questionnaire that others wrote becomes a tool that works; what is lost is told by linkId."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.definitions.definition import Condition, When
from assessments.definitions.tool_file import read_tool
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.errors import BadInstrument
from assessments.fhir.importing.import_report import REMARK_CODES, Remark
from assessments.fhir.importing.importer import ImportResult, import_questionnaire
from tests.fhir.answering import answered_to_the_end

MADE = {path.stem: path for path in sorted((Path(__file__).parent / "made").glob("*.json"))}


def made(name: str) -> Any:
    return json.loads(MADE[name].read_text(encoding="utf-8"))


def brought(name: str) -> ImportResult:
    return import_questionnaire(made(name))


def items_in(form: Any) -> Iterator[dict[str, Any]]:
    for item in form.get("item", ()):
        yield item
        yield from items_in(item)


def codes(imported: ImportResult, link_id: str) -> set[str]:
    return {remark.code for remark in imported.report.remarks_for(link_id)}


@pytest.mark.parametrize("name", MADE)
def test_each_form_becomes_a_tool_that_can_be_answered_to_the_end(name: str) -> None:
    imported = brought(name)
    tool, faults = read_tool(imported.instrument_toml)
    assert not faults
    assert tool is not None
    answered_to_the_end(tool)


@pytest.mark.parametrize("name", [name for name in MADE if name != "bundle"])
def test_each_made_form_is_one_by_the_judge_and_every_link_id_has_a_fate(name: str) -> None:
    form = made(name)
    Questionnaire.model_validate(copy.deepcopy(form))
    imported = brought(name)
    for item in items_in(form):
        kept = imported.report.new_link_ids.get(item["linkId"])
        assert kept in imported.instrument.index or imported.report.remarks_for(item["linkId"])
        if kept in imported.instrument.index:
            found = imported.instrument.index[kept]
            assert found.foreign_id in ("", item["linkId"])
            assert (found.foreign_id or found.link_id) == item["linkId"]


def test_a_score_is_worked_out_from_the_weights_of_the_form() -> None:
    tool = brought("phq-like").instrument
    (scale,) = tool.scales
    assert (scale.sums, len(scale.items)) == (True, 9)
    form = answered_to_the_end(tool)
    assert form.result.scales[0].value == 0
    worst = {link_id: Answered(tool.index[link_id].options[3].code) for link_id in scale.items}
    form = forms.open_form(tool, form.rules, form.context, worst)
    assert (form.result.scales[0].value, form.result.scales[0].answered) == (27, 9)


def test_a_total_adds_up_what_its_subtotals_add_up() -> None:
    scales = {scale.id: scale.items for scale in brought("rules").instrument.scales}
    assert scales == {"sub": ("n", "i"), "tot": ("n", "i")}


def test_codes_of_the_form_stay_with_items_and_options() -> None:
    tool = brought("phq-like").instrument
    question = tool.index["phq-q1"]
    assert (question.foreign_id, question.text) == ("/phq/Q1", "1. Mood question 1")
    assert question.codes == ("http://loinc.org|44251-9|Mood 1",)
    assert question.options[1].coding == "http://loinc.org|LA6569-4"
    assert (tool.canonical, tool.version) == ("https://forms.example/Questionnaire/mood-nine|2.1", "2.1.0")


@pytest.mark.parametrize(
    ("link_id", "when"),
    [
        ("r1", When(all=(Condition("a", "=", "yes"),))),
        ("r2", When(all=(Condition("a", "!=", "yes"), Condition("n", ">", 3)))),
        (
            "r3",
            When(
                any=(
                    Condition("c", "=", "x-2"),
                    Condition("n", "<=", 1),
                    Condition("day", ">", "2026-01-01"),
                )
            ),
        ),
        ("r4", When(all=(Condition("c", "exists", False),))),
        ("r5", When(any=(Condition("i", "=", "1"), Condition("i", "=", "2")))),
        ("r6", When(all=(Condition("o.other", "=", "Three"),))),
        (
            "e1",
            When(all=(Condition("a", "=", "yes"),), any=(Condition("c", "=", "x"), Condition("c", "=", "y"))),
        ),
    ],
)
def test_a_rule_becomes_a_rule_of_ours(link_id: str, when: When) -> None:
    assert brought("rules").instrument.index[link_id].enable_when == when


@pytest.mark.parametrize(
    ("link_id", "code"),
    [
        ("r7", "rule-never"),
        ("r8", "rule-unknown-item"),
        ("r9", "rule-circle"),
        ("e2", "expression"),
        ("e3", "expression"),
        ("e4", "rule-shape"),
        ("calc", "calculation"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_told_and_its_item_is_always_shown(link_id: str, code: str) -> None:
    imported = brought("rules")
    item = imported.instrument.index[link_id]
    assert code in codes(imported, link_id)
    assert not item.enable_when
    assert not item.required, "what cannot be hidden must not be forced on anyone"


@pytest.mark.parametrize(
    ("link_id", "code"),
    [
        ("1 space ", "initial"),
        ("d", "formatting"),
        ("g", "group-required"),
        ("bool", "boolean"),
        ("dec", "bound"),
        ("dt", "date-time"),
        ("str", "repeats-lines"),
        ("url", "url"),
        ("ch", "children-once"),
        ("ch2", "abstract"),
        ("ch3", "partial-set"),
        ("ch4", "value-set"),
        ("ch6", "initial-option"),
        ("ch7", "one-option"),
        ("open", "open-choice"),
        ("att", "attachment"),
        ("ref", "reference"),
        ("qty", "quantity"),
        ("qty2", "units"),
        ("mod", "modifier"),
        ("hid", "hidden"),
        ("hid.in", "hidden-inside"),
        ("ro", "read-only"),
        ("none", "empty-group"),
        ("notext", "text-missing"),
        ("Ünï", "extension"),
        ("Ünï", "field"),
    ],
)
def test_each_part_that_is_not_ours_is_told(link_id: str, code: str) -> None:
    assert code in codes(brought("every-type"), link_id)


def test_guiding_lines_become_part_of_their_question() -> None:
    question = brought("every-type").instrument.index["int"]
    assert (question.low_text, question.help, question.minimum, question.maximum) == (
        "Not much",
        "Count all.",
        0,
        10,
    )


def test_rows_are_filled_once_per_person_and_rules_look_inside_them() -> None:
    imported = brought("rows")
    form = answered_to_the_end(imported.instrument)
    (row,) = form.entries["p"].value  # type: ignore[union-attr,misc]  # the helper answers with rows
    assert row["p.work"] == Answered("Words")  # type: ignore[index,call-overload]  # the same
    assert "rule-into-rows" in codes(imported, "after")
    assert "rule-later" in codes(imported, "p.early")


def test_the_report_says_what_is_lost_first_and_once_per_remark() -> None:
    report = brought("every-type").report
    lines = report.lines()
    assert len(lines) == len(report.remarks) == len(report.to_plain()["remarks"])
    assert lines[0].startswith("left-out")
    assert any(line.startswith("noted     (the form): ") for line in lines)


def test_a_bundle_brings_its_value_sets_along() -> None:
    imported = brought("bundle")
    assert [option.code for option in imported.instrument.index["1"].options] == ["1", "2"]
    assert "several" in codes(imported, "")


@pytest.mark.parametrize(
    "data", [None, [], "text", {"resourceType": "Patient"}, {"resourceType": "Bundle", "entry": [None]}]
)
def test_what_is_no_questionnaire_is_refused_with_a_code(data: Any) -> None:
    with pytest.raises(BadInstrument) as refused:
        import_questionnaire(data)
    assert refused.value.code == "not-a-questionnaire"


@pytest.mark.parametrize("code", REMARK_CODES)
def test_every_remark_has_a_sentence_that_ends(code: str) -> None:
    remark = Remark("q", code, ("one", "two"))
    assert remark.sentence.endswith(".")
    assert remark.outcome in ("changed", "left-out", "noted", "chosen")


# ------------------------------------------------------------------ any form, and made forms gone wrong

IDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=12)
TYPES = (
    *("boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice"),
    *("open-choice", "attachment", "reference", "quantity", "display", "group"),
)
CODING = st.fixed_dictionaries({"code": st.sampled_from(["A", "b c", "1", "ü"]), "system": st.just("u:1")})
ANSWERS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"answerBoolean": st.booleans()}),
    st.fixed_dictionaries({"answerInteger": st.integers(-3, 3)}),
    st.fixed_dictionaries({"answerCoding": CODING}),
    st.fixed_dictionaries({"answerString": st.sampled_from(["A", "x"])}),
    st.fixed_dictionaries({"answerDate": st.just("2026-01-01")}),
    st.fixed_dictionaries({"answerQuantity": st.just({"value": 2.5, "unit": "kg"})}),
)
EXPRESSIONS = (
    *("%resource.item.where(linkId='a').answer.value = true", "item.answer.value.ordinal().sum()", "true"),
    *("%resource.descendants().where(linkId='b').answer.exists().not()", "1 +", "%x.y", "a.b(((", "'"),
    *("iif(%a, %b, 0)", "%resource.repeat(item).answer.value.weight().sum() + 0", "linkId", "{}"),
)


@st.composite
def questionnaires(draw: st.DrawFn) -> dict[str, Any]:
    """Any form: nested, with rules that look anywhere, and every type."""
    ids = draw(st.lists(IDS | st.sampled_from(["a", "b", "a.b", "A"]), unique=True, min_size=1, max_size=8))
    waiting = list(ids)

    def item(depth: int) -> dict[str, Any]:
        kind = draw(st.sampled_from(TYPES))
        made: dict[str, Any] = {"linkId": waiting.pop(), "type": kind}
        if draw(st.booleans()):
            made["text"] = draw(IDS)
        for key in ("required", "repeats", "readOnly"):
            if draw(st.integers(0, 3)) == 0 and kind != "display":
                made[key] = True
        if "choice" in kind:
            values = draw(st.lists(CODING, max_size=3, unique_by=lambda coding: coding["code"]))
            made["answerOption"] = [{"valueCoding": coding} for coding in values] or [{"valueString": "x"}]
        if draw(st.integers(0, 2)) == 0:
            rules = st.builds(
                lambda question, op, answer: {"question": question, "operator": op, **answer},
                st.sampled_from(ids),
                st.sampled_from(["=", "!=", ">", "<", ">=", "<="]),
                ANSWERS,
            )
            made["enableWhen"] = draw(st.lists(rules, min_size=1, max_size=3))
            made["enableBehavior"] = draw(st.sampled_from(["all", "any"]))
        name = draw(st.sampled_from(["", "", "calculatedExpression", "enableWhenExpression"]))
        if name:
            expression = {"language": "text/fhirpath", "expression": draw(st.sampled_from(EXPRESSIONS))}
            url = f"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-{name}"
            made["extension"] = [{"url": url, "valueExpression": expression}]
        inner = []
        while waiting and depth < 4 and kind != "display" and draw(st.booleans()):
            inner.append(item(depth + 1))
        if inner:
            made["item"] = inner
        return made

    items = []
    while waiting:
        items.append(item(0))
    return {"resourceType": "Questionnaire", "status": "draft", "item": items}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(questionnaires())
def test_any_form_becomes_a_tool_that_can_be_answered_to_the_end(form: dict[str, Any]) -> None:
    before = copy.deepcopy(form)
    imported = import_questionnaire(form)
    assert form == before, "the form that was read was changed"
    answered_to_the_end(imported.instrument)
    for item in items_in(form):
        kept = imported.report.new_link_ids.get(item["linkId"])
        assert kept in imported.instrument.index or imported.report.remarks_for(item["linkId"])
        if item.get("enableWhen") and kept in imported.instrument.index:
            when = imported.instrument.index[kept].enable_when
            assert when or imported.report.remarks_for(item["linkId"]), "a rule was dropped in silence"


JUNK = st.sampled_from([None, "", "x", 0, -1, 1.5, True, [], {}, [None], [{}], {"value": "x"}, "\ud800"])


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([name for name in MADE if name not in ("bundle", "empty")]), st.data())
def test_a_form_with_any_part_replaced_or_gone_still_becomes_a_tool(name: str, data: st.DataObject) -> None:
    form = made(name)
    for _ in range(data.draw(st.integers(1, 4))):
        places = [
            (node, key)
            for node in _containers(form)
            for key in (node if isinstance(node, dict) else range(len(node)))
        ]
        places = [place for place in places if place[1] != "resourceType"]
        node, key = data.draw(st.sampled_from(places))
        if isinstance(node, dict) and data.draw(st.booleans()):
            del node[key]
        else:
            node[key] = copy.deepcopy(data.draw(JUNK))
    answered_to_the_end(import_questionnaire(form).instrument)


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _containers(inner)
