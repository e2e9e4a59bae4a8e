"""A child's part of a tool, and a turn read back from the list of answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from assessments.casework.child_sessions import (
    CHILD_SESSION_KEY,
    build_child_form,
    choose_age_band,
    is_child_session_open,
    make_end_entry,
    make_start_entry,
    read_child_sessions,
)
from assessments.casework.records import Person
from assessments.definitions import catalogue
from assessments.definitions.area_settings import AreaRules
from assessments.engine import form as forms
from assessments.engine.answers import Answered, VerbatimLine
from assessments.engine.form import Form
from assessments.engine.scoring import ScoringContext

ON = date(2026, 5, 14)
SECRET = "an adult's own note"


def as_they_are(options: Any) -> Any:
    return options


def form_of(tool: str, **answers: Any) -> Form:
    form = forms.open_form(catalogue.load_tool(tool), AreaRules(), ScoringContext(on=ON))
    for link_id, value in {"earshot": "nobody", "child-ok": "yes", **answers}.items():
        form = forms.update(form, forms.AnswerEntered(link_id.replace("_", "-"), Answered(value))).form
    return form


def ids(part: Form | None) -> list[str]:
    assert part is not None
    return [item.link_id for item in part.instrument.items[0].items]


@dataclass(frozen=True)
class Kept:
    link_id: str
    entry: Any
    at: datetime = datetime(2026, 5, 14, 10, tzinfo=UTC)


def test_the_part_holds_the_childs_questions_and_no_word_for_an_adult() -> None:
    form = form_of("child-voice-7-11", earshot_who=SECRET)
    part = build_child_form(form, "ladder", as_they_are)
    assert ids(part)[:4] == ["ladder-bottom", "ladder-top", "ladder-now", "ladder-now-words"]
    assert part is not None
    assert part.entries == {}
    assert not any(item.prompt or item.help or item.source for item in part.instrument.walk())
    left = (part.instrument.scales, part.instrument.flags, part.instrument.notes, part.instrument.routes)
    assert left == ((), (), (), ())
    assert SECRET not in str(part.entries) + str(part.context)


def test_what_is_answered_stays_with_the_adult_and_what_follows_is_still_asked() -> None:
    words = (VerbatimLine("loud", "child-said", ""),)
    part = build_child_form(form_of("child-voice-4-7", face_words=words), "faces", as_they_are)
    assert ids(part) == ["face-home", "tummy"]
    part = build_child_form(form_of("child-voice-7-11", ladder_now=3), "ladder", as_they_are)
    assert "ladder-now-words" in ids(part)
    assert "ladder-now" not in ids(part)


def test_a_rule_inside_the_part_still_holds() -> None:
    part = build_child_form(form_of("child-voice-7-11"), "feeling", as_they_are)
    assert part is not None
    assert "feelings-else" not in part.visible
    after = forms.update(part, forms.AnswerEntered("feelings", Answered(("something-else",)))).form
    assert "feelings-else" in after.visible


@pytest.mark.parametrize("section", ["safe-to-start", "meeting", "demeanour", "no-such-part", "telling"])
def test_nothing_of_an_adults_part_is_handed_over(section: str) -> None:
    assert build_child_form(form_of("child-voice-7-11"), section, as_they_are) is None


def test_nothing_is_handed_over_behind_a_closed_gate() -> None:
    assert build_child_form(form_of("child-voice-7-11", child_ok="not-today"), "ladder", as_they_are) is None


def test_pictures_change_places_only_for_children_who_do_not_speak_and_the_places_are_told() -> None:
    def turned(options: Any) -> Any:
        return list(reversed(options))

    usual = build_child_form(form_of("child-voice-4-7"), "faces", turned)
    assert usual is not None
    assert make_start_entry(usual)["shown"]["face-home"] == ["happy", "sad", "scared", "angry"]
    symbols = build_child_form(form_of("child-voice-symbols"), "control", turned)
    assert symbols is not None
    assert make_start_entry(symbols)["shown"]["control-cup"] == ["stop", "no", "yes"]


@pytest.mark.parametrize(
    ("years", "band"), [(3, "young"), (6, "young"), (7, "middle"), (11, "middle"), (12, "older")]
)
def test_a_child_is_spoken_to_by_age(years: int, band: str) -> None:
    tool = catalogue.load_tool("child-voice-symbols")
    born = ON.replace(year=ON.year - years)
    assert choose_age_band(Person(id="a", household_id="b", name="C", born=born), ON, tool) == band
    about = Person(id="a", household_id="b", name="C", about_years=years, about_years_on=ON)
    assert choose_age_band(about, ON, tool) == band


def test_an_unknown_age_takes_the_tools_own() -> None:
    unknown = Person(id="a", household_id="b", name="C")
    bands = {
        tool: choose_age_band(unknown, ON, catalogue.load_tool(tool))
        for tool in ("child-voice-4-7", "child-voice-7-11", "child-voice-14-17", "child-voice-symbols")
    }
    assert list(bands.values()) == ["young", "middle", "older", "young"]


def test_turns_are_read_back_with_every_change_and_how_they_ended() -> None:
    began = {"section": "faces", "shown": {}}
    later = datetime(2026, 5, 14, 10, 5, tzinfo=UTC)
    lines = [
        Kept("earshot", "nobody"),
        Kept(CHILD_SESSION_KEY, began),
        Kept("face-home", ["sad"]),
        Kept("face-home", ["happy"]),
        Kept(CHILD_SESSION_KEY, make_end_entry("stopped"), later),
        Kept("place", "kitchen"),
        Kept(CHILD_SESSION_KEY, began, later),
        Kept("tummy", None, later),
        Kept("$judgement", {}, later),
    ]
    first, second = read_child_sessions(lines)
    assert [(given.link_id, given.entry) for given in first.given] == [
        ("face-home", ["sad"]),
        ("face-home", ["happy"]),
    ]
    assert (first.ended, first.ended_at) == ("stopped", later)
    assert [given.link_id for given in second.given] == ["tummy"]
    assert (second.ended, second.ended_at) == ("left", None)
    assert is_child_session_open({CHILD_SESSION_KEY: began})
    assert not is_child_session_open({CHILD_SESSION_KEY: make_end_entry("left")})
    assert not is_child_session_open({})


def test_a_turn_that_was_left_has_no_end_in_time() -> None:
    moment = datetime(2026, 5, 14, 10, tzinfo=UTC)
    (turn,) = read_child_sessions(
        [
            Kept(CHILD_SESSION_KEY, {"section": "a"}),
            Kept(CHILD_SESSION_KEY, make_end_entry("left"), moment + timedelta(days=2)),
        ]
    )
    assert turn.ended_at is None


def test_a_drawing_stands_once_in_a_turn_with_all_its_steps() -> None:
    house, dog = ({"sticker": kind, "at": [500, 400, 90]} for kind in ("house", "dog"))
    papers = [{"tall": 940, "steps": steps} for steps in ([house], [house, dog])]
    other = {"tall": 940, "steps": [dog]}
    lines = [
        Kept(CHILD_SESSION_KEY, {"section": "a"}),
        *(Kept("picture", paper) for paper in (*papers, other)),
    ]
    (turn,) = read_child_sessions(
        [*lines, Kept("b", papers[1]), Kept(CHILD_SESSION_KEY, make_end_entry("finished"))]
    )
    assert [(given.link_id, given.entry) for given in turn.given] == [
        ("picture", papers[1]),
        ("picture", other),
        ("b", papers[1]),
    ]
