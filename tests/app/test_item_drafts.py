"""Drafts of items keep the stored JSON as it was before they had types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.features.assess.items.drafts import (
    DrawingDraft,
    GroupDraft,
    PeopleMapDraft,
    TextDraft,
    UnreadDraft,
    VerbatimDraft,
    VerbatimLineDraft,
    draft_from_plain,
)
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.definitions.drawing import Drawing, Stroke, to_plain
from assessments.engine.answers import Answered, PlacedPerson, VerbatimLine
from tests.app.visiting import visiting

PAPER = Drawing(750).add(Stroke(((100, 100, 0), (400, 120, 310)), "blue", "thick"))
GROUP = Item(
    link_id="adults",
    type="group",
    text="Adults",
    repeats=True,
    items=(
        Item(link_id="born", type="date", text="Born"),
        Item(link_id="said", type="words", text="Said"),
        Item(link_id="map", type="people", text="Map"),
    ),
)


def item(kind: Any) -> Item:
    return Item(link_id="q", type=kind, text="Question")


LINES = [
    {"words": "The kettle", "origin": "", "prompt": "Tell me about waking up."},
    {"words": "And shouting", "origin": "child-typed", "prompt": ""},
]

# What the version before typed drafts wrote for each type of item.
STORED: list[tuple[Item, Any, Any]] = [
    (item("date"), "31 february", TextDraft("31 february")),
    (item("text"), " she said", TextDraft(" she said")),
    (
        item("words"),
        LINES,
        VerbatimDraft(
            (
                VerbatimLineDraft("The kettle", "", "Tell me about waking up."),
                VerbatimLineDraft("And shouting", "child-typed", ""),
            )
        ),
    ),
    (item("people"), {"name": "Nan "}, PeopleMapDraft("Nan ")),
    (item("people"), {"name": "Nan", "people": []}, PeopleMapDraft("Nan", ())),
    (
        item("people"),
        {"name": "", "people": [{"who": "Dad", "place": "safe"}]},
        PeopleMapDraft("", (PlacedPerson("Dad", "safe"),)),
    ),
    (item("drawing"), to_plain(PAPER), DrawingDraft(PAPER)),
    (
        GROUP,
        {"1.said": LINES, "0.born": "next week", "0.map": {"name": "Nan"}},
        GroupDraft(
            {
                (1, "said"): VerbatimDraft(
                    (
                        VerbatimLineDraft("The kettle", "", "Tell me about waking up."),
                        VerbatimLineDraft("And shouting", "child-typed", ""),
                    )
                ),
                (0, "born"): TextDraft("next week"),
                (0, "map"): PeopleMapDraft("Nan"),
            }
        ),
    ),
    # Written by another version, or for an item that is gone: kept as it came.
    (item("words"), {"name": "Nan"}, UnreadDraft({"name": "Nan"})),
    (item("words"), [{"said": "The kettle"}], UnreadDraft([{"said": "The kettle"}])),
    (item("drawing"), {"tall": 0}, UnreadDraft({"tall": 0})),
    (item("choice"), 7, UnreadDraft(7)),
    (GROUP, {"0.gone": {"x": 1}}, GroupDraft({(0, "gone"): UnreadDraft({"x": 1})})),
    (GROUP, {"born": "next week"}, UnreadDraft({"born": "next week"})),
]


@pytest.mark.parametrize(("question", "stored", "draft"), STORED)
def test_a_stored_draft_opens_and_is_stored_again_with_the_same_bytes(
    question: Item, stored: Any, draft: Any
) -> None:
    opened = draft_from_plain(question, json.loads(json.dumps(stored)))
    assert opened == draft
    assert opened is not None
    assert json.dumps(opened.to_plain()) == json.dumps(stored)


async def test_stored_drafts_open_on_their_pages_and_stay_in_the_store_as_they_were(tmp_path: Path) -> None:
    drafts = {"day-wake": LINES, "people-map": {"name": "Nan"}}
    async with visiting(tmp_path / "home") as visit:
        await visit.begin(visit.alys, "child-voice-7-11")
        # Nobody within earshot, the child knows who asks and agrees: then come the questions to the child.
        for answer in ("Nobody", "Who I am", "Yes"):
            await visit.app.press(answer)
            await visit.app.press("Continue")
        work = visit.model.open_assessment
        assert work is not None
        await visit.actions.go_home()
        visit.actions.session.case_service.save_item_drafts(work, {"page": 0, "half": drafts})
        await visit.actions.resume_assessment(work.assessment.id)
        await visit.app.settle()
        await visit.turn_to("people-map")
        assert visit.app.field(say("people.name")).value == "Nan"
        await visit.app.press("Continue")
        assert visit.app.sees(say("problem.place"))
        await visit.turn_to("day-wake")
        assert visit.app.field(say("words.line", n=1)).value == "The kettle"
        assert visit.app.sees(say("words.quoted", words="And shouting"))
        await visit.app.press("Continue")
        assert visit.app.sees(say("problem.origin"))
        await visit.actions.go_home()
        assert visit.actions.session.case_service.read_item_drafts(work.assessment.id)["half"] == drafts


def test_nothing_stored_is_no_draft() -> None:
    assert draft_from_plain(item("words"), None) is None


def test_a_draft_never_prints_what_was_typed() -> None:
    for question, stored, _ in STORED:
        assert "kettle" not in repr(draft_from_plain(question, stored))
        assert "Nan" not in repr(draft_from_plain(question, stored))


def test_complete_lines_are_the_answer_and_all_begun_lines_the_draft_while_one_is_incomplete() -> None:
    whole = VerbatimLineDraft("The kettle", "child-said", "Waking up")
    answer = Answered((VerbatimLine("The kettle", "child-said", "Waking up"),))
    empty = VerbatimLineDraft(prompt="Waking up")
    begun = VerbatimLineDraft("And shouting")
    assert VerbatimDraft((whole, empty)).to_answer() == (answer, None)
    assert VerbatimDraft((whole, empty, begun)).to_answer() == (answer, VerbatimDraft((whole, begun)))
    assert VerbatimDraft((empty,)).to_answer() == (None, None)


def test_a_line_with_an_unknown_origin_stays_a_draft() -> None:
    odd = VerbatimLineDraft("The kettle", "child-sang")
    assert VerbatimDraft((odd,)).to_answer() == (None, VerbatimDraft((odd,)))


def test_the_drafts_of_a_group_follow_their_rows() -> None:
    first, third = TextDraft("next week"), TextDraft("june")
    group = GroupDraft({(0, "born"): first, (2, "born"): third})
    assert group.without_row(1) == GroupDraft({(0, "born"): first, (1, "born"): third})
    assert group.without_row(0) == GroupDraft({(1, "born"): third})
    assert GroupDraft({(0, "born"): first}).without_row(0) is None
    assert group.with_draft(0, "born", None) == GroupDraft({(2, "born"): third})
    assert GroupDraft().with_draft(0, "born", None) is None
