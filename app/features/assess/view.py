"""The pages of an assessment being filled: one question on a page, or one short group.

Nothing is validated while a person types; Continue stops only for what cannot be read, never for what is
missing. Opened by Change, Continue and Back both lead straight back to the check page.
"""

from collections.abc import Sequence

import flet as ft

from app.core.cases.case_service import OpenAssessment
from app.core.child.handover import can_hand_over
from app.core.controller import AppController, AppState
from app.features.assess.history_card import history_card, history_row
from app.features.assess.items.bound_item import bind_item
from app.features.assess.items.question import practitioner_note, question_control
from app.features.assess.result import flag_card, raised_flags
from app.features.assess.validation_messages import page_problems
from app.features.shared.page import build_page, guarded_page, use_scroll
from app.features.shared.save_status import save_failed_banner, save_status_line, unreadable_answers_banner
from app.features.shared.subject_header import subject_header
from app.kit import theme
from app.kit.controls.buttons import primary_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed, row, side_line, stack
from app.kit.controls.page_frame import page_frame
from app.kit.forms.problems import error_summary
from app.kit.hooks import ValueRef, use_ref, use_state
from app.kit.messages import say
from assessments.definitions.definition import Flag, Item, walk_items
from assessments.engine.form import Form, FormPage, PageChanged, list_pages


@guarded_page
def assessment_page(model: AppState, actions: AppController) -> ft.View:
    """Draw the page that the open form is on."""
    scroll = use_scroll(actions)
    asked_at, ask = use_state(-1)
    shown_flags: ValueRef[tuple[int, frozenset[str]]] = use_ref((-1, frozenset()))
    work = model.open_assessment
    if work is None:
        return closed_page(actions)
    form = work.form
    every = list_pages(form)
    here = every[form.page]
    flags = raised_flags(form.instrument, form.findings)
    shown = _flags_on_page(here, flags)

    async def show_new_card() -> None:
        page, before = shown_flags.current
        shown_flags.current = (form.page, frozenset(flag.id for flag in shown))
        new = [flag for flag in shown if flag.id not in before]
        # Only an answer brings the card into view: a page that is opened starts at its top.
        if new and page == form.page:
            await scroll.to_key(f"flag-{new[0].id}")

    ft.use_effect(show_new_card, [form.page, [flag.id for flag in shown]])
    problems = page_problems(form, actions.autosave.item_drafts, here.items) if asked_at == form.page else []

    async def go_on() -> None:
        actions.autosave.apply_input()
        now = model.open_assessment or work
        if page_problems(now.form, actions.autosave.item_drafts, here.items):
            ask(form.page)
            await scroll.to_offset(0)
            return
        ask(-1)
        if _opened_from_check(model):
            await actions.go_back()
        elif form.page + 1 < len(every):
            await actions.dispatch(PageChanged(form.page + 1))
        else:
            actions.open_screen("check", work.assessment.id)
            await actions.retry_save()

    async def go_back() -> None:
        ask(-1)
        if form.page and not _opened_from_check(model):
            await actions.dispatch(PageChanged(form.page - 1))
        else:
            await actions.go_back()

    is_single = len(here.items) == 1 and (here.section.pages == "each" or here.section is here.items[0])
    heading = here.items[0].text if is_single else here.section.text
    bar = _progress_bar(_progress_fraction(form, every))
    return build_page(
        model,
        actions,
        heading,
        [
            history_row(model, actions, work) if form.page else history_card(model, actions, work),
            _practitioner_prompt(here, every, form.page, is_single=is_single),
            *_questions(actions, work, here, shown, dict(problems), is_single=is_single),
            _handover_button(actions, work) if can_hand_over(form) else None,
        ],
        caption=format_progress(form, every),
        on_back=go_back,
        top=form_top(model, actions, work, error_summary(problems, go_to=scroll.to_key), bar),
        saved=save_status_line(model),
        action=primary_button(say("action.continue"), go_on),
        scroll=scroll,
        key=f"assess-{work.assessment.id}-{here.section.link_id}-{here.items[0].link_id}",
    )


def format_progress(form: Form, every: Sequence[FormPage]) -> str:
    """Say "Question 3 of 24" or "Part 2 of 9": with a total only where no answer can change it."""
    here = every[form.page]
    counted = [
        item.link_id
        for section in form.instrument.items
        if section.pages == "each" and not section.enable_when
        for item in section.items
        if item.required and not item.enable_when
    ]
    first = here.items[0].link_id
    if first in counted:
        return say("progress.of", n=counted.index(first) + 1, of=len(counted))
    sections = list(dict.fromkeys(page.section.link_id for page in every))
    n, of = sections.index(here.section.link_id) + 1, len(sections)
    can_change = any(section.enable_when for section in form.instrument.items)
    words = say("progress.part", n=n) if can_change else say("progress.part-of", n=n, of=of)
    is_named = len(here.items) == 1 and here.section.pages == "each"
    return say("progress.in", part=words, name=here.section.text) if is_named else words


def _progress_fraction(form: Form, every: Sequence[FormPage]) -> float:
    """Return how far through, 0 to 1, by the sections of the tool; hidden ones count, so it never falls."""
    section = every[form.page].section
    own = [number for number, page in enumerate(every) if page.section is section]
    whole = list(form.instrument.items).index(section)
    return (whole + (own.index(form.page) + 1) / len(own)) / len(form.instrument.items)


def page_index_of(form: Form, link_id: str) -> int:
    """Return the number of the page on which an item stands; 0 when it is on none."""
    for number, page in enumerate(list_pages(form)):
        if link_id == page.section.link_id or any(item.link_id == link_id for item in walk_items(page.items)):
            return number
    return 0


def _opened_from_check(model: AppState) -> bool:
    return len(model.trail) > 1 and model.trail[-2].name == "check"


def _progress_bar(part: float) -> ft.Control:
    """Draw how far through; screen readers get the same as text."""
    ground = ft.Colors.SURFACE_CONTAINER_HIGHEST
    bar = ft.ProgressBar(value=part, bar_height=6, border_radius=3, color=ft.Colors.PRIMARY, bgcolor=ground)
    return ft.Semantics(exclude_semantics=True, content=bar)


def _practitioner_prompt(
    here: FormPage, every: Sequence[FormPage], number: int, *, is_single: bool
) -> ft.Control | None:
    """Draw what guides the practitioner: the section's own prompt on its first page, then the question's."""
    is_first = number == 0 or every[number - 1].section is not here.section
    part = here.section.prompt if is_first else ""
    own = here.items[0].prompt if is_single and here.items[0] is not here.section else ""
    return practitioner_note(part, own) if part or own else None


def _questions(
    actions: AppController,
    work: OpenAssessment,
    here: FormPage,
    flags: Sequence[Flag],
    problems: dict[str, str],
    *,
    is_single: bool,
) -> list[ft.Control]:
    """Draw each question in a card with what follows from its answer below it, and a card to call beside."""
    seen = frozenset(work.form.visible)

    def block(item: Item, *, lead: bool) -> list[ft.Control]:
        is_bare = item.type in ("display", "drawing") or (item.type == "group" and item.repeats)
        entry, problem = work.form.entries.get(item.link_id), problems.get(item.link_id, "")
        bound = bind_item(actions, item, work_id=work.assessment.id, entry=entry, problem=problem)
        own = keyed(item.link_id, question_control(bound, lead=lead))
        found: list[ft.Control] = [own if is_bare else card(own)]
        found += [flag_card(flag) for flag in flags if flag.when.link_ids()[0] == item.link_id]
        if not item.repeats:
            inside = [inner for inner in item.items if inner.link_id in seen]
            # A question that follows from the answer above it is set off.
            left = ft.Padding.only(left=theme.LIST_GAP)
            found += [side_line(part, padding=left) for each in inside for part in block(each, lead=False)]
        return found

    return [part for item in here.items for part in block(item, lead=is_single)]


def _handover_button(actions: AppController, work: OpenAssessment) -> ft.Control:
    """Offer to hand the child's own part of this section to the child."""

    def hand_over() -> None:
        actions.open_screen("hand-over", work.assessment.id)

    return row(secondary_button(say("hand-over.offer"), hand_over, icon=ft.Icons.BACK_HAND_OUTLINED))


def _flags_on_page(here: FormPage, flags: Sequence[Flag]) -> list[Flag]:
    """Return the flags that an answer on this page calls for."""
    own = {item.link_id for item in walk_items(here.items)}
    return [flag for flag in flags if flag.when.link_ids()[0] in own]


def closed_page(actions: AppController) -> ft.View:
    """Draw that no assessment is open."""
    return page_frame(
        say("assess.closed"), [], on_cover=actions.session.lock, on_back=actions.go_back, key="closed"
    )


def form_top(
    model: AppState,
    actions: AppController,
    work: OpenAssessment,
    problems: ft.Control | None,
    progress: ft.Control | None = None,
) -> ft.Control:
    """Draw whom the assessment is about, how far through it is, and what is wrong."""
    return stack(
        subject_header(model, actions, work.assessment),
        progress,
        save_failed_banner(model, actions),
        unreadable_answers_banner(work.assessment, "here"),
        problems,
        spacing=14,
    )
