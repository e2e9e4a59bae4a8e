"""Whatever happens, in whatever order: nothing is lost, nothing hidden is shown, no blank counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.definitions import catalogue
from assessments.definitions.definition import Item
from assessments.definitions.drawing import Drawing, Sticker
from assessments.engine import form as forms
from assessments.engine.answers import (
    NOT_ASKED_REASONS,
    Answered,
    AnswerEntry,
    NotAnswered,
    PlacedPerson,
    VerbatimLine,
)
from assessments.engine.enablement import when_holds
from assessments.engine.scoring import Judgement, ScoringContext
from tests.examples import examples
from tests.scenario import promises_hold

DAY = date(2026, 3, 5)
TOOLS = catalogue.list_tool_ids()


def entry_for(item: Item) -> st.SearchStrategy[AnswerEntry]:
    """Any entry that a screen could give for an item, and now and then one that it could not."""
    absent = st.sampled_from(item.states or ("not-asked",)).flatmap(
        lambda state: st.sampled_from(("", *NOT_ASKED_REASONS)).map(lambda why: NotAnswered(state, why))
    )
    codes = [option.code for option in item.options] or ["x"]
    text = st.text(max_size=20)
    values: dict[str, st.SearchStrategy[Any]] = {
        "choice": st.sampled_from(codes),
        "choices": st.lists(st.sampled_from(codes), max_size=3).map(tuple),
        "text": text,
        "words": st.lists(
            text.map(lambda words: VerbatimLine(words, "child-said", "Tell me")), max_size=2
        ).map(tuple),
        "people": st.lists(
            st.tuples(text, st.sampled_from(codes)).map(lambda pair: PlacedPerson(*pair)), max_size=3
        ).map(tuple),
        "integer": st.integers(-1, 11),
        "decimal": st.floats(allow_nan=False, allow_infinity=False),
        "date": st.dates().map(lambda day: day.isoformat()),
        "time": st.times().map(lambda moment: moment.isoformat()),
        "drawing": st.just(Drawing(700).add(Sticker("dog", (5, 5, 5)))),
        "group": st.just(({},)),
    }
    return st.one_of(values.get(item.type, text).map(Answered), absent)


def events_for(tool: str) -> st.SearchStrategy[list[forms.FormEvent]]:
    items = list(catalogue.load_tool(tool).walk())
    entered = st.sampled_from(items).flatmap(
        lambda item: entry_for(item).map(lambda entry: forms.AnswerEntered(item.link_id, entry))
    )
    grades = st.sampled_from(["standard", "medium", "high", "none"])
    judged = st.tuples(grades, st.sampled_from(["", "I saw it."])).map(
        lambda pair: forms.JudgementGiven(Judgement(*pair))
    )
    cleared = st.sampled_from(items).map(lambda item: forms.AnswerCleared(item.link_id))
    moved = st.integers(-3, 60).map(forms.PageChanged)
    other = st.one_of(
        cleared, moved, judged, st.just(forms.JudgementGiven(None)), st.just(forms.CompletionRequested())
    )
    return st.lists(st.one_of(entered, entered, entered, other), max_size=60)


@settings(max_examples=examples(120))
@given(st.sampled_from(TOOLS).flatmap(lambda tool: st.tuples(st.just(tool), events_for(tool))))
def test_no_sequence_of_events_breaks_a_promise(case: tuple[str, list[forms.FormEvent]]) -> None:
    tool_id, events = case
    tool = catalogue.load_tool(tool_id)
    form = forms.open_form(tool, catalogue.load_area().rules_for(tool_id), ScoringContext(on=DAY))
    expected: dict[str, AnswerEntry] = {}
    saved: dict[str, Any] = {}
    for event in events:
        before = form
        step = forms.update(form, event)
        form = step.form
        if before.status == "in-progress":
            if isinstance(event, forms.AnswerEntered) and step.effects:
                expected[event.link_id] = event.entry
            if isinstance(event, forms.AnswerCleared) and step.effects:
                expected.pop(event.link_id)
        for effect in step.effects:
            if isinstance(effect, forms.SaveAnswer):
                saved[effect.link_id] = effect.plain
        assert form.entries == expected, "an answer was lost or came from nowhere"
        promises_hold(form)
        no_disabled_item_is_shown(form)
        assert forms.list_pages(form) == () or 0 <= form.page < len(forms.list_pages(form))
    kept = {link_id: plain for link_id, plain in saved.items() if plain is not None}
    again = forms.open_form(tool, form.rules, form.context, forms.read_entries(tool, kept))
    assert again.entries == form.entries, "what was saved does not give the same form back"
    assert again.visible == form.visible


def no_disabled_item_is_shown(form: forms.Form) -> None:
    """Checked here by the rule's own words, from scratch, and not by the order the engine uses."""
    parents = {inner.link_id: item for item in form.instrument.walk() for inner in item.items}
    for link_id in form.visible:
        item = form.instrument.index[link_id]
        assert when_holds(item.enable_when, form.entries, frozenset(form.visible))
        assert link_id not in parents or parents[link_id].link_id in form.visible


@settings(max_examples=examples(100))
@given(
    st.dictionaries(
        st.sampled_from(catalogue.load_tool("risk-24").scales[0].items), st.sampled_from(["yes", "no"])
    ),
    st.lists(st.integers(-800, 30), max_size=6),
    st.sampled_from(["standard", "medium", "high"]),
)
def test_judgement_only_ever_raises(answers: dict[str, str], days: list[int], grade: str) -> None:
    tool, rules = catalogue.load_tool("risk-24"), catalogue.load_area().rules_for("risk-24")
    events = tuple(DAY + timedelta(days=day) for day in days)
    entries: dict[str, AnswerEntry] = {link_id: Answered(value) for link_id, value in answers.items()}
    plain = forms.open_form(tool, rules, ScoringContext(on=DAY, events=events), entries)
    judged = forms.update(plain, forms.JudgementGiven(Judgement(grade, "I saw it."))).form
    levels = [code for code, _ in tool.grades]
    without, with_it = plain.result.grade, judged.result.grade
    assert with_it.floor == without.floor
    assert with_it.value is not None
    assert levels.index(with_it.value) >= levels.index(grade) or without.value is not None
    if without.value is not None:
        assert levels.index(with_it.value) >= levels.index(without.value)


@settings(max_examples=examples(100))
@given(st.permutations(catalogue.load_tool("risk-24").scales[0].items), st.integers(0, 24))
def test_the_order_of_answering_never_changes_the_result(order: list[str], yes: int) -> None:
    tool, rules = catalogue.load_tool("risk-24"), catalogue.load_area().rules_for("risk-24")
    chosen = set(sorted(order)[:yes])
    form = forms.open_form(tool, rules, ScoringContext(on=DAY))
    for link_id in order:
        value = "yes" if link_id in chosen else "no"
        form = forms.update(form, forms.AnswerEntered(link_id, Answered(value))).form
    at_once = forms.open_form(
        tool,
        rules,
        ScoringContext(on=DAY),
        {link_id: Answered("yes" if link_id in chosen else "no") for link_id in order},
    )
    assert form.result == at_once.result
