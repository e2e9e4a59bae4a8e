"""The parts of the kit, in a real Flet session without a browser."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import flet as ft
import pytest

from app.kit import theme
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card, initials
from app.kit.controls.fault_boundary import guarded, guarded_render
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.lists import AnswerListRow, Task, answer_list, task_list
from app.kit.controls.page_frame import page_frame
from app.kit.controls.status import save_indicator
from app.kit.forms.choices import Choice, checkbox_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary
from app.kit.messages import say
from assessments.errors import DiskFull
from tests.app.gallery import CHOICES, open_gallery
from tests.app.headless import Headless


async def test_nothing_is_chosen_to_begin_with() -> None:
    async with Headless(open_gallery) as app:
        assert app.chosen() == []


async def test_a_choice_is_made_changed_and_taken_back() -> None:
    async with Headless(open_gallery) as app:
        await app.press("Yes")
        assert app.chosen() == ["Yes"]
        await app.press("No")
        assert app.chosen() == ["No"]
        await app.press("No")
        assert app.chosen() == []
        await app.press("Yes")
        await app.press("Clear this answer")
        assert app.chosen() == []
        assert "Clear this answer" not in app.names()


async def test_a_chosen_row_is_marked_by_more_than_colour() -> None:
    async with Headless(open_gallery) as app:
        before = len([i for i in app.controls(ft.Icon) if i.icon == ft.Icons.CHECK])
        await app.press("Yes")
        assert len([i for i in app.controls(ft.Icon) if i.icon == ft.Icons.CHECK]) == before + 1
        borders = [
            control.border.top.width
            for control in app.controls(ft.Container)
            if isinstance(control.border, ft.Border) and control.on_click
        ]
        assert borders.count(theme.SELECTED_BORDER) == 1


async def test_any_number_of_rows_can_be_ticked_and_nobody_stands_alone() -> None:
    async with Headless(open_gallery) as app:
        await app.press("A brother or sister")
        await app.press("Mum or another carer")
        assert app.chosen() == ["Mum or another carer", "A brother or sister"]
        await app.press("Nobody")
        assert app.chosen() == ["Nobody"]
        await app.press("Mum or another carer")
        assert app.chosen() == ["Mum or another carer"]
        await app.press("Mum or another carer")
        assert app.chosen() == []


async def test_the_ladder_has_a_button_for_each_step_and_can_be_taken_back() -> None:
    async with Headless(open_gallery) as app:
        steps = [name for name in app.names() if " of 10" in name]
        assert len(steps) == 11
        assert steps[0] == "10 of 10, Very safe"
        assert steps[-1] == "0 of 10, Not safe at all"
        await app.press("0 of 10, Not safe at all")
        assert app.chosen() == ["0 of 10, Not safe at all"]
        await app.press("0 of 10, Not safe at all")
        assert app.chosen() == []


async def test_typing_survives_the_page_being_drawn_again() -> None:
    async with Headless(open_gallery) as app:
        await app.type("First name", "Łucja Siân صبح 🙂")
        field = app.field("First name")._i
        await app.press("Yes")
        await app.press("Continue")
        assert app.sees("There is a problem")
        assert app.field("First name").value == "Łucja Siân صبح 🙂"
        assert app.field("First name")._i == field, "the cursor would be lost"


@ft.observable
@dataclass
class Two:
    asked: bool = False


async def test_a_question_that_appears_above_a_field_leaves_its_letters_and_cursor() -> None:
    def open_page(page: ft.Page) -> None:
        page.render(shows, Two())

    @ft.component
    def shows(two: Two) -> ft.Control:
        def ask() -> None:
            two.asked = True

        def field(name: str) -> ft.Control:
            return keyed(name, text_field(name, on_change=lambda _: None, key=name))

        return ft.Column(
            [primary_button("Ask", ask), *([field("before")] if two.asked else []), field("kept")]
        )

    async with Headless(open_page) as app:
        await app.type("kept", "letters")
        field = app.field("kept")._i
        await app.press("Ask")
        assert app.field("before").value == ""
        assert app.field("kept").value == "letters"
        assert app.field("kept")._i == field


async def test_fields_teach_the_keyboard_nothing() -> None:
    async with Headless(open_gallery) as app:
        fields = app.controls(ft.TextField)
        assert len(fields) == 3
        for field in fields:
            assert field.autocorrect is False
            assert field.enable_suggestions is False
            assert field.enable_ime_personalized_learning is False
            assert not field.autofill_hints


async def test_a_passphrase_is_hidden_until_asked_for() -> None:
    async with Headless(open_gallery) as app:
        await app.type("Passphrase", "seven quiet herons")
        assert app.field("Passphrase").password is True
        await app.press("Show what I typed")
        assert app.field("Passphrase").password is False
        assert app.field("Passphrase").value == "seven quiet herons"
        await app.press("Hide what I typed")
        assert app.field("Passphrase").password is True


async def test_the_error_summary_leads_to_each_answer_in_the_same_words() -> None:
    async with Headless(open_gallery) as app:
        await app.press("Continue")
        words = "Write the child's own words"
        assert app.texts().count(words) == 2
        await app.press(words)
        scrolls = [args for name, args in app.wire.called if name == "scroll_to"]
        assert scrolls[-1]["scroll_key"] == "words"


def test_there_is_no_summary_without_a_problem() -> None:
    assert error_summary([], go_to=lambda _: None) is None


async def test_a_broken_handler_becomes_a_calm_sentence_and_the_work_is_kept() -> None:
    async with Headless(open_gallery, calm_expected=True) as app:
        await app.type("First name", "Ada")
        await app.press("Break something")
        assert app.sees(say("error.unknown"))
        assert app.field("First name").value == "Ada"
        await app.press("Yes")
        assert app.chosen() == ["Yes"]
        logged = " ".join(app.log)
        assert "type=RuntimeError" in logged
        assert "at=gallery.py:" in logged
        assert "Fernwright" not in logged


async def test_an_error_raised_on_purpose_is_told_in_its_own_words() -> None:
    async def full() -> None:
        await asyncio.sleep(0)
        raise DiskFull(needed=4096)

    def open_page(page: ft.Page) -> None:
        page.add(primary_button("Save", full))

    async with Headless(open_page, calm_expected=True) as app:
        await app.press("Save")
        assert app.sees(say("error.disk-full"))
        assert any("code=disk-full" in line for line in app.log)


async def test_a_broken_drawing_leaves_a_calm_panel_and_a_living_page() -> None:
    @ft.component
    @guarded_render
    def shows(two: Two) -> ft.Control:
        def ask() -> None:
            two.asked = not two.asked

        if two.asked:
            raise ValueError("Ada Fernwright")
        return primary_button("Ask", ask)

    two = Two()
    async with Headless(lambda page: page.render(shows, two), calm_expected=True) as app:
        await app.press("Ask")
        assert app.sees(say("error.title"))
        two.asked = False
        await app.settle()
        assert "Ask" in app.names()
        assert "Fernwright" not in " ".join(app.log)


async def test_a_handler_that_holds_the_loop_is_named_in_the_log() -> None:
    import time

    def slow() -> None:
        time.sleep(0.15)

    def open_page(page: ft.Page) -> None:
        page.add(primary_button("Slow", slow))

    async with Headless(open_page, calm_expected=True) as app:
        await app.press("Slow")
        assert any(line.startswith("slow-handler") for line in app.log)


async def test_calm_passes_the_event_only_to_a_handler_that_takes_one() -> None:
    got: list[object] = []
    with_event, without, asynchronous = (
        guarded(got.append),
        guarded(lambda: got.append("none")),
        guarded(None),
    )
    assert with_event is not None
    assert without is not None
    assert asynchronous is None
    await with_event("event")
    await without("event")
    assert got == ["event", "none"]


async def test_the_system_back_goes_where_back_goes_and_never_pops_by_itself() -> None:
    went: list[str] = []

    @ft.component
    def pages() -> list[ft.Control]:
        return [page_frame("Today", [], on_cover=None, on_back=lambda: went.append("back"))]

    async with Headless(lambda page: page.render_views(pages)) as app:
        await app.go_back()
        assert went == ["back"]
        assert ("confirm_pop", {"should_pop": False}) in app.wire.called
        await app.press("Back")
        assert went == ["back", "back"]


async def test_cover_blanks_the_page_in_one_tap() -> None:
    async with Headless(open_gallery) as app:
        await app.press("Cover")
        assert app.texts() == []
        assert app.names() == []


async def test_each_page_has_one_h1_and_marks_training() -> None:
    async with Headless(open_gallery) as app:
        levels = [s.heading_level for s in app.controls(ft.Semantics) if s.header]
        assert levels.count(1) == 1
        assert app.sees(say("app.training"))


async def test_changing_words_are_live_and_have_no_fixed_name() -> None:
    def open_page(page: ft.Page) -> None:
        page.add(save_indicator("saved", at="14:02"))

    async with Headless(open_page) as app:
        live = [s for s in app.controls(ft.Semantics) if s.live_region]
        assert len(live) == 1
        assert live[0].label is None
        assert app.sees("Saved on this phone at 14:02")


async def test_a_task_that_cannot_start_can_be_read_but_not_tapped() -> None:
    opened: list[str] = []
    tasks = [Task("Finish", "finish", "cannot-start"), Task("Ask Ada", "ada", "not-started")]

    def open_page(page: ft.Page) -> None:
        page.add(task_list(tasks, on_open=opened.append))

    async with Headless(open_page) as app:
        assert app.names() == ["Ask Ada. Not yet started"]
        assert app.sees("Cannot start yet")
        await app.press("Ask Ada. Not yet started")
        assert opened == ["ada"]


async def test_blank_is_shown_as_not_recorded_and_each_answer_has_its_own_change() -> None:
    changed: list[str] = []
    rows = [AnswerListRow("Wishes", "", "wishes"), AnswerListRow("Pets", "A dog", "pets")]

    def open_page(page: ft.Page) -> None:
        page.add(answer_list("", rows, on_change=changed.append))

    async with Headless(open_page) as app:
        assert app.sees("Not recorded")
        assert app.names() == ["Change: Wishes", "Change: Pets"]
        await app.press("Change: Pets")
        assert changed == ["pets"]


async def test_options_keep_their_order_whatever_order_they_are_ticked_in() -> None:
    got: list[tuple[str, ...]] = []
    options = [Choice("a", "A"), Choice("b", "B"), Choice("c", "C")]

    def open_page(page: ft.Page) -> None:
        page.add(checkbox_rows(options, chosen=("c",), on_choose=got.append))

    async with Headless(open_page) as app:
        await app.press("A")
        assert got == [("a", "c")]


def test_an_or_divides_the_ways_of_not_answering() -> None:
    assert [choice.exclusive for choice in CHOICES] == [False, False, True, True]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Fernwright", "AF"), ("Siân", "S"), ("Łucja van der Heide", "ŁH"), ("", ""), ("  ", "")],
)
def test_initials_are_the_first_and_last(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_an_absent_part_keeps_its_place() -> None:
    parts = with_placeholders(None, ft.Text("here"))
    assert len(parts) == 2
    assert parts[0].visible is False
    column = card(None, ft.Text("here")).content
    assert isinstance(column, ft.Column)
    assert len(column.controls) == 2
