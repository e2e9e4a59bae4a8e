"""The check-answers page: everything that the record will hold, before it is completed. A blank is shown as a
blank. A form cannot be completed while a required answer is missing or an answer cannot be read.
"""

from collections.abc import Awaitable, Callable

import flet as ft

from app.core.controller import AppController, AppState
from app.features.assess import result
from app.features.assess.history_card import history_card
from app.features.assess.validation_messages import all_problems
from app.features.assess.view import closed_page, form_top, page_index_of
from app.features.shared.page import build_page, guarded_page, use_scroll
from app.features.shared.phrasing_field import kept_phrases_note
from app.features.shared.save_status import save_status_line
from app.features.shared.text.answers import drawing_of, format_answer
from app.kit import theme
from app.kit.controls.buttons import primary_button
from app.kit.controls.keyed import keyed
from app.kit.controls.lists import AnswerListRow, answer_list
from app.kit.controls.tappable import tappable
from app.kit.controls.text import heading, quiet, underlined
from app.kit.forms.problems import call_out, error_summary
from app.kit.messages import say
from assessments.casework.phrasing_check import find_kept_phrases
from assessments.definitions.definition import Item, walk_items
from assessments.engine.form import Form, PageChanged, list_pages

# More links than this are a list nobody reads: the first ones lead on to the others.
_MAX_MISSING_LINKS = 6
_MISSING_KEY = "missing"


@guarded_page
def check_answers_page(model: AppState, actions: AppController) -> ft.View:
    """Draw the open form to look over and complete."""
    scroll = use_scroll(actions)
    work = model.open_assessment
    if work is None:
        return closed_page(actions)
    form = work.form
    problems = all_problems(form, actions.autosave.item_drafts)

    async def change(link_id: str) -> None:
        if link_id == "judgement":
            await scroll.to_key(link_id)
            return
        actions.open_screen("assess", work.assessment.id)
        await actions.dispatch(PageChanged(page_index_of(form, link_id)))

    async def go_back() -> None:
        if len(model.trail) > 1 and model.trail[-2].name == "assess":
            await actions.dispatch(PageChanged(len(list_pages(form)) - 1))
        await actions.go_back()

    async def finish() -> None:
        actions.autosave.apply_input()
        now = (model.open_assessment or work).form
        if all_problems(now, actions.autosave.item_drafts):
            await scroll.to_offset(0)
        elif now.missing:
            await scroll.to_key(_MISSING_KEY)
        else:
            await actions.complete_assessment()

    return build_page(
        model,
        actions,
        say("check.title"),
        [
            *(result.flag_card(flag) for flag in result.raised_flags(form.instrument, form.findings)),
            _missing(form, change),
            history_card(model, actions, work),
            result.stored_result_card(form.instrument, form.result.to_plain()),
            *result.finding_banners(form),
            result.judgement_card(form, actions, work.assessment.id, dict(problems).get("judgement", "")),
            result.offers_card(form, model, actions),
            *_sections(form, change),
            _hidden_answers(form),
            kept_phrases_note(find_kept_phrases(form)),
            result.meaning_card(form.instrument),
        ],
        on_back=go_back,
        top=form_top(model, actions, work, error_summary(problems, go_to=change)),
        saved=save_status_line(model),
        action=primary_button(say("action.finish"), finish),
        scroll=scroll,
        spacing=18,
        key=f"check-{work.assessment.id}",
    )


def _missing(form: Form, change: Callable[[str], Awaitable[None]]) -> ft.Control | None:
    """Draw what still needs an answer, each with a link to its page."""
    if not form.missing:
        return None
    rest = len(form.missing) - _MAX_MISSING_LINKS
    block = call_out(
        heading(say("check.missing", n=len(form.missing))),
        *(_link(form, link_id, change) for link_id in form.missing[:_MAX_MISSING_LINKS]),
        quiet(say("check.missing-more", n=rest)) if rest > 0 else None,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border_color=ft.Colors.PRIMARY,
        spacing=2,
    )
    return keyed(_MISSING_KEY, block)


def _link(form: Form, link_id: str, change: Callable[[str], Awaitable[None]]) -> ft.Control:
    item, section = form.instrument.index[link_id], list_pages(form)[page_index_of(form, link_id)].section
    # A question on a page of its own stands for itself; one of a group may be a word or two.
    is_alone = section.pages == "each" and item in section.items
    words = item.text if is_alone else say("check.missing-in", part=section.text, question=item.text)
    looks = underlined(words, style=theme.BODY)
    return tappable(
        words,
        looks,
        lambda: change(link_id),
        kind="link",
        padding=(0, 10),
        min_height=theme.TOUCH_TARGET,
        identifier=f"missing-{link_id}",
    )


def _sections(form: Form, change: Callable[[str], Awaitable[None]]) -> list[ft.Control]:
    """Draw the answers by section. What follows from an answer is listed once it is there."""
    seen = frozenset(form.visible)
    found: list[ft.Control] = []
    for section in form.instrument.items:
        tops = [section] if section.type != "group" or section.repeats else list(section.items)
        rows = [
            _row(form, item)
            for top in tops
            for item in ([top] if top.repeats else walk_items((top,)))
            if item.link_id in seen and item.type != "display" and (item.type != "group" or item.repeats)
            if item is top or item.required or item.link_id in form.entries
        ]
        if section.link_id in seen and rows:
            found.append(answer_list(section.text if section.type == "group" else "", rows, on_change=change))
    return found


def _row(form: Form, item: Item) -> AnswerListRow:
    entry = form.entries.get(item.link_id)
    return AnswerListRow(item.text, format_answer(item, entry), item.link_id, drawing=drawing_of(entry))


def _hidden_answers(form: Form) -> ft.Control | None:
    """List the answers that later answers took out of the record: they are kept with the form."""
    index = form.instrument.index
    rows = [
        AnswerListRow(index[link_id].text, format_answer(index[link_id], entry), link_id)
        for link_id, entry in form.hidden.items()
    ]
    return answer_list(say("check.hidden"), rows, on_change=None) if rows else None
