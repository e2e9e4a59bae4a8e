"""The adult's pages before and after a child session.

The name that the child chooses is stored nowhere. Wren keeps to the child's pages, but the device is not
pinned unless a person pins it: the page says so. What the child gave cannot be edited here; the adult marks
the origin of each answer, and answers the tool's own questions about who was there and where.
"""

from collections.abc import Sequence
from dataclasses import replace

import flet as ft

from app.core.cases.case_service import OpenAssessment
from app.core.child.handover import HandbackReview, current_section
from app.core.controller import AppController, AppState
from app.features.assess.items.bound_item import bind_item
from app.features.assess.items.question import question_control
from app.features.shared.page import build_page, guarded_page
from app.features.shared.save_status import save_failed_banner, save_status_line
from app.features.shared.subject_header import subject_header, subject_of
from app.features.shared.text.answers import drawing_of, format_answer
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card
from app.kit.controls.drawing_view import drawing_image
from app.kit.controls.keyed import keyed
from app.kit.controls.text import heading, optional_label, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.hooks import use_ref
from app.kit.messages import say
from assessments.casework.child_sessions import choose_age_band
from assessments.definitions.definition import Item
from assessments.engine.answers import ORIGINS, Answered, Origin, VerbatimLine, parts_of
from assessments.engine.form import AnswerEntered
from assessments.errors import NotFound


@guarded_page
def handover_page(model: AppState, actions: AppController) -> ft.View:
    """Draw what follows, ask for a name, and start the child session."""
    called = use_ref("")
    work = model.open_assessment
    child = subject_of(model, work.assessment) if work else None
    if work is None or child is None:
        raise NotFound
    instrument = work.form.instrument
    part = instrument.index[current_section(work.form)].text
    band = choose_age_band(child, work.form.context.on, instrument)

    def type_in(name: str) -> None:
        called.current = name

    in_browser = ft.context.page.web
    label = optional_label(say("hand-over.called"))
    return build_page(
        model,
        actions,
        say("hand-over.title"),
        [
            card(
                heading(say("hand-over.what")),
                text(say("hand-over.part", part=part), strong=True),
                text(say("hand-over.sees")),
                text(say("hand-over.ways")),
                text(say("hand-over.sound")),
            ),
            card(
                heading(say("hand-over.lock")),
                text(say("hand-over.lock-level"), strong=True),
                text(say("hand-over.browser" if in_browser else "hand-over.pin")),
                text(say("hand-over.back")),
            ),
            card(
                heading(say("hand-over.told")),
                *(text(say("said.words", words=say(f"child.telling.{band}.{n}"))) for n in (1, 2, 3)),
            ),
            card(text_field(label, on_change=type_in, hint=say("hand-over.called-hint"), key="called")),
        ],
        top=subject_header(model, actions, work.assessment),
        action=primary_button(say("hand-over.go"), lambda: actions.hand_over(called.current)),
    )


_TYPED_ORIGINS: tuple[Origin, ...] = (
    "child-typed",
    "child-said",
    "child-pointed",
    "child-drew",
    "adult-said",
)
_TAPPED_ORIGINS: tuple[Origin, ...] = ("child-typed", "child-said", "child-pointed", "adult-said")
_DRAWN_ORIGINS: tuple[Origin, ...] = ("child-drew", "child-said", "adult-said")
# Who was there and where: the tool's own questions about it, where it has them.
_CIRCUMSTANCE_ITEMS = ("earshot-who", "language", "interpreter", "interpreter-who", "place", "way")


@guarded_page
def handback_page(model: AppState, actions: AppController) -> ft.View:
    """Draw what came back, with the questions about its origin and the circumstances."""
    work, handed = model.open_assessment, model.handback_review
    if work is None:
        raise NotFound
    return build_page(
        model,
        actions,
        say("handed-back.title"),
        [
            save_failed_banner(model, actions),
            text(say(f"handed-back.{handed.sitting.ended}")) if handed else None,
            *([_answer_card(actions, work, handed, name) for name in handed.link_ids] if handed else []),
            None if handed and handed.link_ids else text(say("handed-back.nothing"), strong=True),
            *_circumstances(actions, work),
        ],
        top=subject_header(model, actions, work.assessment),
        saved=save_status_line(model),
        action=primary_button(say("action.continue"), actions.go_back),
        spacing=18,
    )


def _answer_card(
    actions: AppController, work: OpenAssessment, handed: HandbackReview, link_id: str
) -> ft.Control | None:
    """Draw one question as the child answered it, with its origin to choose."""
    item, entry = work.form.instrument.index.get(link_id), work.form.entries.get(link_id)
    if item is None:
        return None
    paper = drawing_of(entry)
    times = sum(given.link_id == link_id for given in handed.sitting.given)
    return keyed(
        link_id,
        card(
            heading(item.text),
            text(format_answer(item, entry) or say("handed-back.nothing")),
            *([drawing_image(paper), quiet(say("draw.not-read"))] if paper else []),
            quiet(say("handed-back.changed", n=times - 1)) if times > 1 else None,
            *(_origin(actions, item, entry, handed) if isinstance(entry, Answered) else ()),
        ),
    )


def _origin(
    actions: AppController, item: Item, entry: Answered, handed: HandbackReview
) -> Sequence[ft.Control]:
    lines = parts_of(entry, VerbatimLine)

    async def mark_words(code: str | None) -> None:
        if (origin := _origin_of(code)) is not None:
            changed = tuple(replace(line, origin=origin) for line in lines)
            await actions.dispatch(AnswerEntered(item.link_id, Answered(changed)))

    async def mark(code: str | None) -> None:
        await actions.mark_origin(item.link_id, _origin_of(code))

    if lines:
        choices = [Choice(origin, say(f"origin.choice.{origin}")) for origin in _TYPED_ORIGINS]
        rows = radio_rows(choices, chosen=lines[0].origin, on_choose=mark_words, clear=False)
    else:
        way, origins = ("drawn", _DRAWN_ORIGINS) if drawing_of(entry) else ("tapped", _TAPPED_ORIGINS)
        choices = [Choice(origin, say(f"origin.{way}.{origin}")) for origin in origins]
        rows = radio_rows(choices, chosen=handed.origins.get(item.link_id), on_choose=mark, clear=False)
    return (heading(say("handed-back.origin"), level=3), rows)


def _origin_of(code: str | None) -> Origin | None:
    return next((origin for origin in ORIGINS if origin == code), None)


def _circumstances(actions: AppController, work: OpenAssessment) -> list[ft.Control]:
    """Draw the tool's questions about who was there, where and in which language."""
    form = work.form
    seen = frozenset(form.visible)
    items = [form.instrument.index[name] for name in _CIRCUMSTANCE_ITEMS if name in seen]
    if not items:
        return []

    def question(item: Item) -> ft.Control:
        entry = form.entries.get(item.link_id)
        bound = bind_item(actions, item, work_id=work.assessment.id, entry=entry)
        return keyed(item.link_id, card(question_control(bound)))

    lead = (heading(say("handed-back.context")), quiet(say("handed-back.context-lead")))
    return [*lead, *(question(item) for item in items)]
