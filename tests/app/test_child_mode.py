"""A tablet in a child's hands, in a real session of the whole app over a real store."""

from __future__ import annotations

from pathlib import Path

import flet as ft
import pytest

from app.kit.messages import say
from assessments.engine.answers import Answered, NotAnswered, VerbatimLine
from assessments.engine.form import AnswerEntered
from assessments.errors import Locked
from tests.app.handed import ADULTS_WORDS, World
from tests.store.made_up import PASSPHRASE


async def test_an_adult_hands_over_and_takes_back(tmp_path: Path) -> None:
    async with World(tmp_path / "home") as world:
        await world.hand_over("faces")
        app, model = world.app, world.life.model
        assert app.sees(say("child.hello-name", called="Kestrel"))
        assert world.leaks() == []
        await app.press(say("child.start"))
        assert app.chosen() == []
        await app.press("Scared")
        await app.press("Happy")
        await app.press(say("child.next"))
        await app.type(say("child.say.here"), "when it is dark")
        await app.press(say("child.next"))
        await app.press(say("child.not-now"))
        assert app.sees(say("child.look-back"))
        assert app.sees("Scared, Happy")
        assert app.sees("when it is dark")
        await app.press(say("child.right"))
        assert app.sees(say("child.end"))
        assert "dark" not in world.drawn()
        await app.press(say("child.give-back"))
        assert model.phase == "locked"
        await world.unlock()
        await world.until(lambda: model.phase == "open")
        assert app.sees(say("handed-back.finished"))
        assert model.open_assessment is not None
        entries = model.open_assessment.form.entries
        assert entries["face-home"] == Answered(("scared", "happy"))
        words = entries["face-words"]
        assert words == Answered(
            (VerbatimLine("when it is dark", "child-typed", "Tell me about that face."),)
        )
        assert entries["tummy"] == NotAnswered("child-pass")
        await app.press(say("origin.choice.child-said"))
        words = model.open_assessment.form.entries["face-words"]
        assert words == Answered((VerbatimLine("when it is dark", "child-said", "Tell me about that face."),))
        await app.press(say("origin.tapped.child-pointed"))
        assert world.life.controller is not None
        record = world.life.controller.session.case_service.read_assessment(
            model.open_assessment.assessment.id
        )
        assert record.origins == {"face-home": "child-pointed"}
        (sitting,) = record.sittings
        assert (sitting.section, sitting.ended) == ("faces", "finished")
        assert [given.link_id for given in sitting.given] == ["face-home", "face-home", "face-words", "tummy"]
        assert sitting.given[0].entry == ["scared"]


async def test_keys_in_a_childs_hands_open_nothing_but_the_one_form(tmp_path: Path) -> None:
    async with World(tmp_path / "home") as world:
        await world.hand_over("faces")
        actions = world.life.controller
        assert actions is not None
        with pytest.raises(Locked):
            _ = actions.session.case_service
        pen = actions.session._handover._writer
        assert pen is not None
        held = set(dir(pen._keys)) | set(dir(pen._keys.keys))
        assert "seal_row" in held
        assert not held & {"outbox", "_udk", "_epoch", "_sign", "_integrity_key", "sign"}


async def test_what_was_answered_before_is_not_in_a_childs_hands(tmp_path: Path) -> None:
    async with World(tmp_path / "home") as world:
        await world.begin()
        await world.turn_to("faces")
        assert world.life.controller is not None
        await world.life.controller.dispatch(
            AnswerEntered("face-words", Answered((VerbatimLine(ADULTS_WORDS, "child-said", ""),)))
        )
        await world.life.controller.hand_over("")
        await world.until(lambda: world.life.model.phase == "child")
        turn = world.hand.state
        assert [item.link_id for item in turn.questions] == ["face-home", "tummy"]
        assert turn.form.entries == {}


async def test_a_kill_comes_back_to_the_lock_and_keeps_what_was_given(tmp_path: Path) -> None:
    async with World(tmp_path / "home") as world:
        await world.hand_over("faces")
        await world.app.press(say("child.start"))
        await world.app.press("Sad")
        await world.kill()
        await world.until(lambda: world.life.model.phase == "locked")
        assert world.leaks() == []
        assert world.life.controller is not None
        await world.life.controller.session.unlock(PASSPHRASE)
        desk = world.life.controller.session.case_service
        (heading,) = desk.households()[0].assessments_of(world.child.id)
        work = desk.resume_assessment(heading.id)
        assert work.form.entries["face-home"] == Answered(("sad",))
        assert [sitting.ended for sitting in desk.sittings(heading.id)] == ["left"]


async def test_the_three_ways_out_are_on_each_question_and_alike(tmp_path: Path) -> None:
    async with World(tmp_path / "home") as world:
        await world.hand_over("rooms")
        app = world.app
        await app.press(say("child.start"))
        seen = 0
        while world.hand.state.screen == "question":
            seen += 1
            names = app.names()
            ways = [say("child.unsure"), say("child.not-now"), say("child.stop")]
            assert names[-3:] == ways
            looks = {
                (box.bgcolor, str(box.border), box.padding.top)
                for box, inside in app.nodes()
                if isinstance(box, ft.Container) and box.on_click
                for outer in inside
                if isinstance(outer, ft.Semantics) and outer.label in ways
            }
            assert len(looks) == 1
            # A pen is in hand on the paper; no answer is chosen.
            assert set(app.chosen()) <= {"Thick", "Black"}
            await app.press(say("child.not-now"))
        assert seen >= 6


async def test_stop_is_quiet_and_the_child_may_go_on(tmp_path: Path) -> None:
    async with World(tmp_path / "home") as world:
        await world.hand_over("faces", called="")
        await world.app.press(say("child.start"))
        await world.app.press("Angry")
        await world.app.press(say("child.stop"))
        assert world.app.sees(say("child.end"))
        assert "Angry" not in world.drawn()
        await world.app.press(say("child.go-again"))
        assert world.app.sees("Angry")
        await world.app.press(f"{say('child.change')}: Which faces do you have at home?")
        await world.app.press("Happy")
        await world.app.press(say("child.next"))
        assert world.app.sees(say("child.look-back"))
        assert world.app.sees("Angry, Happy")


async def test_each_page_has_one_stop_and_it_answers_a_question_that_has_a_stop_of_its_own(
    tmp_path: Path,
) -> None:
    async with World(tmp_path / "home", tool="child-voice-symbols") as world:
        await world.hand_over("control", called="")
        app, stop = world.app, say("child.stop")
        await app.press(say("child.start"))
        assert app.names().count(stop) == 1
        assert {"Yes", "No"} <= set(app.names())
        await app.press("Yes")
        await app.press(say("child.next"))
        assert app.names().count(stop) == 1
        await app.press(stop)
        assert app.sees(say("child.end"))
        await app.press(say("child.give-back"))
        await world.unlock()
        model = world.life.model
        await world.until(lambda: model.phase == "open")
        assert app.sees(say("handed-back.stopped"))
        assert model.open_assessment is not None
        entries = model.open_assessment.form.entries
        assert (entries["control-cup"], entries["control-shoe"]) == (Answered("yes"), Answered("stop"))


async def test_what_should_stop_has_another_name_and_picture_than_the_stop_of_the_page(
    tmp_path: Path,
) -> None:
    async with World(tmp_path / "home", tool="child-voice-symbols") as world:
        await world.begin()
        assert world.life.controller is not None
        for link_id in ("control-cup", "control-shoe"):
            await world.life.controller.dispatch(AnswerEntered(link_id, Answered("yes")))
        await world.turn_to("boards")
        await world.app.press(say("hand-over.offer"))
        await world.app.press(say("hand-over.go"))
        await world.until(lambda: world.life.model.phase == "child")
        await world.app.press(say("child.start"))
        while world.hand.state.question.link_id != "want-pictures":
            await world.app.press(say("child.next"))
        assert world.app.names().count(say("child.stop")) == 1
        pictures = [str(image.src) for image in world.app.controls(ft.Image) if isinstance(image, ft.Image)]
        assert len(pictures) > 10
        assert len(pictures) == len(set(pictures))
        await world.app.press("Make it stop")
        assert world.hand.state.screen == "question"
        assert world.app.chosen() == ["Make it stop"]
