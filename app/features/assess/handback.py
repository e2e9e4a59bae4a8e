"""After a child had the screen: what the child gave, where each line came from, and the moment itself.

This room keeps two voices apart. What the child gave is shown as it came and cannot be typed over here;
the adult marks whose hand or word it was, and writes about the moment in the tool's own questions.

    handback_page(model, actions)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import flet as ft

from app.core.cases.case_service import OpenAssessment
from app.core.child.handover import HandbackReview
from app.core.controller import AppController, AppState
from app.features.assess.items.bound_item import bind_item
from app.features.assess.items.question import question_control
from app.features.shared.page import build_page, guarded_page
from app.features.shared.save_status import save_failed_banner, save_status_line
from app.features.shared.subject_header import subject_header
from app.features.shared.text.answers import drawing_of, format_answer
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card
from app.kit.controls.drawing_view import drawing_image
from app.kit.controls.keyed import keyed
from app.kit.controls.text import heading, quiet, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.engine.answers import Answered, AnswerEntry, Origin, VerbatimLine
from assessments.engine.form import AnswerEntered
from assessments.errors import NotFound

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


@ft.component
@guarded_page
def handback_page(model: AppState, actions: AppController) -> ft.View:
    """Look at what came back, and say where it came from."""
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
            *(
                [_answer_card(actions, work, handed, link_id) for link_id in handed.link_ids]
                if handed
                else []
            ),
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
    """One question as the child answered it, with the mark of where it came from."""
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
    lines = _lines(entry)

    async def mark_words(origin: str | None) -> None:
        chosen: Any = origin
        changed = tuple(replace(line, origin=chosen) for line in lines)
        await actions.dispatch(AnswerEntered(item.link_id, Answered(changed)))

    async def mark(origin: str | None) -> None:
        chosen: Any = origin
        await actions.mark_origin(item.link_id, chosen)

    if lines:
        choices = [Choice(origin, say(f"origin.choice.{origin}")) for origin in _TYPED_ORIGINS]
        rows = radio_rows(choices, chosen=lines[0].origin, on_choose=mark_words, clear=False)
    else:
        way, origins = ("drawn", _DRAWN_ORIGINS) if drawing_of(entry) else ("tapped", _TAPPED_ORIGINS)
        choices = [Choice(origin, say(f"origin.{way}.{origin}")) for origin in origins]
        rows = radio_rows(choices, chosen=handed.origins.get(item.link_id), on_choose=mark, clear=False)
    return (heading(say("handed-back.origin"), level=3), rows)


def _lines(entry: AnswerEntry) -> tuple[VerbatimLine, ...]:
    value = entry.value if isinstance(entry, Answered) else ()
    return tuple(part for part in value if isinstance(part, VerbatimLine)) if isinstance(value, tuple) else ()


def _circumstances(actions: AppController, work: OpenAssessment) -> list[ft.Control]:
    """Who was there, where, in which language: the adult's own words."""
    form = work.form
    seen = frozenset(form.visible)
    items = [form.instrument.index[name] for name in _CIRCUMSTANCE_ITEMS if name in seen]
    if not items:
        return []
    return [
        heading(say("handed-back.context")),
        quiet(say("handed-back.context-lead")),
        *(
            keyed(
                item.link_id,
                card(
                    question_control(
                        bind_item(
                            actions,
                            item,
                            work_id=work.assessment.id,
                            entry=form.entries.get(item.link_id),
                        )
                    )
                ),
            )
            for item in items
        ),
    ]
