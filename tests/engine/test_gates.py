"""Safe to ask: while a hard stop holds, no question is shown and none takes an answer (practice.md B3).

For each tool with a gate, the parts behind it and the answers that open them are written down here a
second time and not read from the tools. A machine then does whatever a person,
a slip or an import could do, in any order, and looks after each step. One example:

    Gate("honour-10", always=("check",), behind={"plans": {"earshot": ("nobody",)}})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from assessments.definitions import catalogue
from assessments.definitions.definition import ABSENT_STATES, Item, walk_items
from assessments.engine import form as forms
from assessments.engine.answers import NOT_ASKED_REASONS, Answered, AnswerEntry, NotAnswered
from assessments.engine.scoring import ScoringContext
from tests.engine.test_form_properties import entry_for
from tests.scenario import Visit

Needs = Mapping[str, tuple[str, ...]]
SAFE_EARS: Needs = {"earshot": ("nobody", "at-ease", "sibling")}
OWN_YES = ("yes", "a-bit", "another-way")


@dataclass(frozen=True)
class Gate:
    """`behind` are the sections (or items) that need these answers, `always` the sections that need none.

    The machine also enters codes that no screen offers, as a bad import would.
    """

    tool: str
    always: tuple[str, ...]
    behind: Mapping[str, Needs] = field(default_factory=dict)

    def items_behind(self, part: str) -> list[str]:
        """A part and all that is inside it."""
        item = catalogue.load_tool(self.tool).index[part]
        return [item.link_id, *(inner.link_id for inner in walk_items(item.items))]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for needs in self.behind.values() for key in needs))


def behind(needs: Needs, parts: str) -> dict[str, Needs]:
    return dict.fromkeys(parts.split(), needs)


def talk(tool: str, sections: str, ok: tuple[str, ...] = OWN_YES) -> Gate:
    """A child's talk: being told needs safe ears, all else the child's own OK as well."""
    after = ("watch-only", "meeting", "demeanour", "next")
    boxes = ("fact", "observation", "interpretation") if tool == "child-voice-7-11" else ("three-boxes",)
    parts = behind(SAFE_EARS, "telling own-ok") | behind({**SAFE_EARS, "child-ok": ok}, sections)
    return Gate(tool, ("safe-to-start", *after, *boxes), parts)


def with_own_paper(gate: Gate) -> Gate:
    """The paper is for one who would rather draw."""
    return replace(gate, behind={**gate.behind, "drawing": {**SAFE_EARS, "child-ok": ("draw",)}})


def with_own_plan(gate: Gate) -> Gate:
    """The plan of a young person needs the adult's judgement that having one is safe as well."""
    plan: Needs = {**gate.behind["now"], "plan-safe": ("own", "memory")}
    return replace(gate, behind={**gate.behind, "plan": plan})


def with_sure_yes_and_no(gate: Gate) -> Gate:
    """Yes and no are asked only of a child whose yes and no to things in the room both fitted."""
    check: Needs = {**gate.behind["control"], "control-result": ("both-fit",)}
    return replace(gate, behind={**gate.behind, "check": check})


ENQUIRY: Needs = {
    "ask-now": ("check",),
    "gate-who": ("alone", "under-2"),
    "gate-soon": ("no",),
    "gate-language": ("safe",),
    "gate-well": ("yes",),
    "gate-trained": ("yes",),
}
HONOUR: Needs = {"earshot": ("nobody", "written"), "interpreter": ("safe",)}
YOUNG: Needs = {"earshot": ("nobody", "at-ease")}
SEEN: Needs = {"seen": ("me", "colleague"), **SAFE_EARS}
TYPED_OK = ("yes", "a-bit", "type", "draw")
GATES = (
    Gate(
        "routine-enquiry",
        ("check", "not-now"),
        behind(ENQUIRY, "lead-in four control safe-today noticed record after-yes"),
    ),
    Gate("honour-10", ("check", "stopped", "today"), behind(HONOUR, "telling plans daily family self")),
    Gate(
        "young-person-13-17",
        ("safe-to-start", "watch-only", "after"),
        behind(YOUNG, "telling")
        | behind({**YOUNG, "young-person-ok": OWN_YES}, "own-words cards plain around"),
    ),
    Gate(
        "what-worries-you",
        ("before", "not-today"),
        behind(
            {"earshot": ("nobody",)},
            "start account who control children children-safe contact danger orders strength keep-back close",
        ),
    ),
    talk("child-voice-2-4", "play sort faces goodbye", ("joins-in", "says-yes")),
    talk("child-voice-4-7", "rooms faces steps hand wishes goodbye"),
    talk("child-voice-7-11", "day day-in-line ladder people starters feeling worries drawing wishes goodbye"),
    with_own_paper(
        talk("child-voice-11-14", "home carrying scale maps time phone letter-part sharing goodbye", TYPED_OK)
    ),
    with_own_plan(
        with_own_paper(
            talk("child-voice-14-17", "now safe timeline going-out phone sharing goodbye", TYPED_OK)
        )
    ),
    with_sure_yes_and_no(talk("child-voice-symbols", "control boards people goodbye", ("yes",))),
    Gate(
        "child-feedback",
        ("safe-to-start", "leave-it", "after"),
        behind(SAFE_EARS, "telling") | behind({**SAFE_EARS, "child-ok": ("yes",)}, "five words-part"),
    ),
    Gate(
        "child-card",
        ("where-seen", "hear", "look", "next"),
        behind(SEEN, "say child-ok") | behind({**SEEN, "child-ok": ("yes", "a-bit")}, "need"),
    ),
    Gate("disclosure", ("listen", "lines", "call", "around"), behind(SAFE_EARS, "say")),
)
# These parts wait for more than their gate, so an open gate alone does not show them.
WAIT_FOR_MORE = {"after-yes", "boards", "people", "check"}
BY_ID = {gate.tool: gate for gate in GATES}


class AnyVisit(RuleBasedStateMachine):
    """Whatever may happen to one form with a gate. Subclassed per tool."""

    gate: Gate

    @initialize()
    def begins(self) -> None:
        self.tool = catalogue.load_tool(self.gate.tool)
        rules = catalogue.load_area().rules_for(self.gate.tool)
        self.form = forms.open_form(self.tool, rules, ScoringContext(on=date(2026, 3, 5)))
        self.inside = {part: frozenset(self.gate.items_behind(part)) for part in self.gate.behind}

    def happens(self, event: forms.FormEvent) -> None:
        before = self.form
        step = forms.update(before, event)
        self.form = step.form
        if isinstance(event, forms.AnswerEntered) and self.shut_off(before, event.link_id):
            assert step.form == before, f"{event.link_id} took an answer behind a shut gate"
            assert step.effects == (), f"{event.link_id} was saved behind a shut gate"

    def shut_off(self, form: forms.Form, link_id: str) -> bool:
        return any(
            link_id in self.inside[part] and not opened(form.entries, needs)
            for part, needs in self.gate.behind.items()
        )

    @rule(data=st.data())
    def any_answer(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(list(self.tool.walk())))
        self.happens(forms.AnswerEntered(item.link_id, data.draw(entry_for(item))))

    @rule(data=st.data())
    def an_answer_at_the_gate(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.gate.keys))
        entries = gate_entries(self.tool.index[key])
        self.happens(forms.AnswerEntered(key, data.draw(st.sampled_from(entries))))

    @rule(data=st.data(), part=st.integers(0, 40))
    def a_question_behind_the_gate(self, data: st.DataObject, part: int) -> None:
        parts = list(self.gate.behind)
        link_id = data.draw(st.sampled_from(self.gate.items_behind(parts[part % len(parts)])))
        self.happens(forms.AnswerEntered(link_id, data.draw(entry_for(self.tool.index[link_id]))))

    @rule(part=st.integers(0, 40), first=st.integers(0, 5))
    def it_becomes_safe(self, part: int, first: int) -> None:
        needs = list(self.gate.behind.values())[part % len(self.gate.behind)]
        for key, safe in needs.items():
            self.happens(forms.AnswerEntered(key, Answered(safe[first % len(safe)])))

    @rule(data=st.data())
    def an_answer_is_taken_back(self, data: st.DataObject) -> None:
        self.happens(forms.AnswerCleared(data.draw(st.sampled_from(list(self.tool.index)))))

    @rule(page=st.integers(-3, 40))
    def a_page_is_turned(self, page: int) -> None:
        self.happens(forms.PageChanged(page))

    @rule()
    def the_form_is_closed_and_opened_again(self) -> None:
        self.form = forms.open_form(self.tool, self.form.rules, self.form.context, self.form.entries)

    @invariant()
    def nothing_stands_open_behind_a_shut_gate(self) -> None:
        seen, answered = set(self.form.visible), set(self.form.answers)
        on_pages = {link_id for page in forms.list_pages(self.form) for link_id in page.link_ids}
        for part, needs in self.gate.behind.items():
            inside = self.inside[part]
            if not opened(self.form.entries, needs):
                assert not seen & inside, f"{part} is shown"
                assert not answered & inside, f"{part} counts as answered"
                assert not on_pages & inside, f"{part} is on a page"
            elif part not in WAIT_FOR_MORE:
                assert part in seen, f"{part} stays shut though it is safe"


def opened(entries: Mapping[str, AnswerEntry], needs: Needs) -> bool:
    """Whether each need has one of its safe answers, judged on what was entered and nothing else."""
    return all(entries.get(key) in [Answered(code) for code in safe] for key, safe in needs.items())


def gate_entries(item: Item) -> list[AnswerEntry]:
    """Every choice, every way of not answering, and codes that no screen offers."""
    codes = [Answered(option.code) for option in item.options]
    absent = [NotAnswered(state, why) for state in ABSENT_STATES for why in ("", NOT_ASKED_REASONS[0])]
    return [*codes, *codes, *absent, Answered("made-up"), Answered("")]


@pytest.mark.parametrize("tool", BY_ID)
def test_by_no_sequence_of_events_is_a_question_reached_while_a_stop_holds(tool: str) -> None:
    machine = type(f"Any {tool}", (AnyVisit,), {"gate": BY_ID[tool]})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=50, stateful_step_count=35, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.parametrize("tool", BY_ID)
def test_one_wrong_answer_at_the_gate_is_enough_to_shut_each_part(tool: str) -> None:
    gate, loaded = BY_ID[tool], catalogue.load_tool(tool)
    rules, context = catalogue.load_area().rules_for(tool), ScoringContext(on=date(2026, 3, 5))
    tried = 0
    for part, needs in gate.behind.items():
        safe: dict[str, AnswerEntry] = {key: Answered(codes[0]) for key, codes in needs.items()}
        for key, codes in needs.items():
            for entry in gate_entries(loaded.index[key]):
                if entry not in [Answered(code) for code in codes]:
                    form = forms.open_form(loaded, rules, context, {**safe, key: entry})
                    assert not set(form.visible) & set(gate.items_behind(part)), (part, key, entry)
                    tried += 1
    assert tried >= 5


def test_a_code_that_no_screen_offers_opens_no_plan() -> None:
    visit = Visit("child-voice-14-17").enters("earshot", "nobody").enters("plan-safe", "own")
    visit.enters("child-ok", "made-up").expect_hidden("plan-place")


@pytest.mark.parametrize("tool", BY_ID)
def test_every_part_of_a_gated_tool_is_either_behind_its_gate_or_named_as_open(tool: str) -> None:
    gate, loaded = BY_ID[tool], catalogue.load_tool(tool)
    sections = {section.link_id for section in loaded.items}
    assert set(gate.always) <= sections
    assert sections - set(gate.always) == set(gate.behind) & sections


@pytest.mark.parametrize(
    "tool", [gate.tool for gate in GATES if "child" in gate.tool or "young" in gate.tool]
)
def test_whatever_is_meant_for_the_child_stands_behind_a_gate(tool: str) -> None:
    gate = BY_ID[tool]
    guarded = {link_id for part in gate.behind for link_id in gate.items_behind(part)}
    for_child = {item.link_id for item in catalogue.load_tool(tool).walk() if item.for_child}
    assert for_child
    assert for_child <= guarded


@pytest.mark.parametrize("tool", catalogue.list_tool_ids())
def test_a_tool_that_asks_who_can_hear_and_hides_something_is_known_here(tool: str) -> None:
    loaded = catalogue.load_tool(tool)
    hides = any("earshot" in item.enable_when.link_ids() for item in loaded.walk())
    assert not hides or tool in BY_ID, "a tool with a gate is not in this test"
