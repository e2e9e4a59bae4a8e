"""Every entered value is in the response, or in a line that says why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.casework.records import Assessment, Person
from assessments.definitions import catalogue
from assessments.definitions.drawing import Drawing, Sticker
from assessments.engine import form as forms
from assessments.engine.answers import (
    NOT_ASKED_REASONS,
    ORIGINS,
    Answered,
    AnswerEntry,
    NotAnswered,
    PlacedPerson,
    VerbatimLine,
    to_plain,
)
from assessments.engine.scoring import Judgement, ScoringContext
from assessments.fhir import names as n
from assessments.fhir.response import export_response
from assessments.fhir.results import export_bundle, export_observations
from tests.examples import examples

DAY = date(2026, 3, 5)
NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
WORDS = st.text(max_size=30) | st.sampled_from(["Dw i ddim eisiau", "امی", "łóżko 🛏", " ", "\n", "a\x00b"])


@cache
def entry_for(tool: str, link_id: str) -> st.SearchStrategy[AnswerEntry]:
    """Any entry of an item, of the shapes that a screen gives.

    Kept, because to build and check a strategy takes longer than to draw from it.
    """
    item = catalogue.load_tool(tool).index[link_id]
    absent = st.builds(
        NotAnswered,
        st.sampled_from(item.states or ("not-asked",)),
        st.sampled_from(("", *NOT_ASKED_REASONS)),
        WORDS,
    )
    codes = st.sampled_from([option.code for option in item.options] or ["x"])
    lines = st.builds(VerbatimLine, WORDS, st.sampled_from(ORIGINS), WORDS)
    values: dict[str, st.SearchStrategy[Any]] = {
        "choice": codes,
        "choices": st.lists(codes, max_size=3).map(tuple),
        "words": st.lists(lines, max_size=3).map(tuple),
        "people": st.lists(st.builds(PlacedPerson, WORDS, codes), max_size=3).map(tuple),
        "drawing": st.builds(Sticker, WORDS, st.just((500, 90, 40))).map(Drawing(660).add),
        "integer": st.integers(-(2**40), 2**40),
        "decimal": st.floats(allow_nan=False, allow_infinity=False),
        "date": st.dates().map(date.isoformat),
        "time": st.times().map(lambda moment: moment.isoformat()),
    }
    if item.type == "group":
        row = st.fixed_dictionaries(
            {},
            optional={
                one.link_id: entry_for(tool, one.link_id)
                for one in item.items
                if one.type not in ("group", "display")
            },
        )
        values["group"] = st.lists(row, max_size=2).map(tuple)
    return st.one_of(values.get(item.type, WORDS).map(Answered), absent)


@st.composite
def assessments(draw: st.DrawFn) -> tuple[Assessment, forms.Form]:
    """A form of any tool, filled in any way, as the record that is kept."""
    tool = catalogue.load_tool(draw(st.sampled_from(catalogue.list_tool_ids())))
    judgement = draw(st.none() | st.builds(Judgement, st.sampled_from(["high", "medium"]), WORDS))
    context = ScoringContext(DAY, (date(2026, 1, 2),), date(2025, 12, 1), judgement)
    form = forms.open_form(tool, catalogue.load_area().rules_for(tool.id), context)
    takes = [item for item in tool.walk() if item.type != "display"]
    for _ in range(draw(st.integers(0, 25))):
        open_now = [item for item in takes if item.link_id in form.visible]
        item = draw(st.sampled_from(open_now))
        form = forms.update(
            form, forms.AnswerEntered(item.link_id, draw(entry_for(tool.id, item.link_id)))
        ).form
    return record(form, draw(st.sampled_from(["in-progress", "completed", "stopped", "amended"]))), form


def record(form: forms.Form, status: str = "completed") -> Assessment:
    return Assessment(
        **{"id": "7d0f9f6e-3d52-4a55-8a3c-0c0a36f8f0aa", "household_id": "h1", "contact_id": "c1"},
        **{"subject_id": "p1", "instrument": form.instrument.id, "version": form.instrument.version},
        **{"instrument_hash": form.instrument.hash, "status": status, "author": "practitioner-1"},
        started_at=NOW,
        context=form.context,
        answers={link_id: to_plain(entry) for link_id, entry in form.answers.items()},
        hidden={link_id: to_plain(entry) for link_id, entry in form.hidden.items()},
        result=form.result.to_plain(),
    )


def leaves(value: Any) -> Iterator[Any]:
    """Every value in a tree of JSON."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


@settings(max_examples=examples(200), suppress_health_check=list(HealthCheck))
@given(assessments())
def test_every_entered_value_is_in_the_response_or_named_as_left_out(
    case: tuple[Assessment, forms.Form],
) -> None:
    assessment, form = case
    given_back = export_response(assessment, form.instrument)
    text = json.loads(json.dumps(given_back.resource))
    QuestionnaireResponse.model_validate(text)
    kept = list(leaves(text))
    told = {line.link_id for line in given_back.left_out}
    assert set(assessment.hidden) <= told
    rows = {i.link_id: {x.link_id for x in i.items} for i in form.instrument.walk() if i.repeats}
    for link_id, plain in assessment.answers.items():
        if told & ({link_id} | rows.get(link_id, set())):
            continue
        for value in leaves(plain):
            assert value == "" or value in kept, link_id
    states = [
        extension["valueCode"]
        for node in nodes(text)
        for extension in node.get("extension", ())
        if extension.get("url") == n.ABSENT_REASON_URL
    ]
    entered = [node["not_answered"] for node in nodes(assessment.answers) if "not_answered" in node]
    assert sorted(states) == sorted(n.ABSENT_REASON_CODES[state] for state in entered)
    assert any(form.context.on.isoformat() == value for value in kept)


@settings(max_examples=examples(40), suppress_health_check=list(HealthCheck))
@given(assessments())
def test_each_result_is_an_observation_that_holds_what_is_not_known_too(
    case: tuple[Assessment, forms.Form],
) -> None:
    assessment, form = case
    found = export_observations(assessment, form.instrument)
    for one in found:
        Observation.model_validate(json.loads(json.dumps(one)))
    for scale in form.result.scales:
        mine = next(o for o in found if o["code"]["coding"][0]["code"] == f"scale-{scale.id}")
        if scale.answered:
            assert mine["valueInteger"] == scale.value
        else:
            assert "valueInteger" not in mine
            assert mine["dataAbsentReason"]
        parts = {p["code"]["coding"][0]["code"]: p["valueInteger"] for p in mine["component"]}
        assert (parts["of"], parts["unknown"]) == (scale.of, scale.unknown)


def test_a_whole_visit_is_one_bundle_by_the_judge() -> None:
    tool = catalogue.load_tool("risk-24")
    entries: dict[str, AnswerEntry] = {link_id: Answered("yes") for link_id in tool.scales[0].items}
    form = forms.open_form(tool, catalogue.load_area().rules_for(tool.id), ScoringContext(DAY), entries)
    person = Person(id="p1", household_id="h1", name="Wilhelmina Testington", due=date(2026, 5, 1))
    whole = export_bundle(record(form), tool, person)
    Bundle.model_validate(json.loads(json.dumps(whole)))
    kinds = [entry["resource"]["resourceType"] for entry in whole["entry"]]
    assert kinds[:2] == ["Patient", "QuestionnaireResponse"]
    grade = next(e["resource"] for e in whole["entry"] if e["resource"]["id"].endswith("-grade"))
    assert grade["valueCodeableConcept"]["coding"][0]["code"] == "high"
    assert grade["note"]


def test_an_entry_that_cannot_be_read_is_named_and_nothing_breaks() -> None:
    tool = catalogue.load_tool("risk-24")
    form = forms.open_form(tool, catalogue.load_area().rules_for(tool.id), ScoringContext(DAY))
    odd = record(form).model_copy(update={"answers": {"gone": "yes", "injury": {"not": "so"}}})
    told = {(line.link_id, line.why) for line in export_response(odd, tool).left_out}
    assert told == {("gone", "unknown-item"), ("injury", "unreadable")}
    assert "so" not in repr(export_response(odd, tool))
