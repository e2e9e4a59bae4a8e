"""What one person does: the statement, drafted from what is recorded, in the practitioner's own words.

This room knows that what a person wrote is theirs: when more becomes known it shows what is new and adds
it only when asked, at the end. A statement that nobody changed may be written anew. What is typed is
held until it is saved, through a lock as well.

    pattern_page(model, actions)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import flet as ft

from app.core.cases.case_service import run_blocking
from app.core.cases.household_queries import pattern_statement_of
from app.core.controller import AppController, AppState
from app.features.incidents.pattern_text import format_sentence, format_statement
from app.features.shared.page import build_page, guarded_page, use_ref, use_scroll, use_state
from app.features.shared.phrasing_field import kept_phrases_note, phrasing_checked_field
from app.features.shared.text.people import find_person, first_name
from app.kit.controls.buttons import primary_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import keyed
from app.kit.controls.page_frame import scroll_to_key
from app.kit.controls.status import banner
from app.kit.controls.text import heading, text
from app.kit.forms.problems import error_summary
from app.kit.messages import say
from assessments.casework.casework_records import PatternStatement
from assessments.casework.ids import new_id
from assessments.casework.pattern_statement import (
    PatternInput,
    Sentence,
    collect_source_ids,
    compose_statement,
    find_new_sentences,
)
from assessments.casework.phrasing_check import find_phrases

_FIELD = "words"
_CHARACTERS_PER_LINE = 44
_FEWEST_LINES, _MOST_LINES = 8, 60


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """The statement as it stands on the page. It never shows itself."""

    words: str
    drafted_from: tuple[str, ...]
    kept: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<StatementDraft>"


@ft.component
@guarded_page
def pattern_page(model: AppState, actions: AppController) -> ft.View:
    """Show the statement on one adult, to be read, changed and saved."""
    page, person = find_person(model, model.screen.target)
    sentences = compose_statement(person, _collect_records(model), on=actions.today())
    drafted = format_statement(sentences, who=first_name(person))
    saved = pattern_statement_of(page, person.id)
    here = f"pattern.{person.id}"
    writing = use_ref(
        _load_draft(actions, here)
        or _draft_from_saved(saved)
        or StatementDraft(drafted, collect_source_ids(sentences))
    )
    # The field keeps its own letters: words that were put there by a tap make it a new one.
    turn, turn_over = use_state(0)
    scroll = use_scroll(actions)
    problem, show_problem = use_state("")
    is_kept, show_kept = use_state(False)

    def hold(changed: StatementDraft) -> None:
        writing.current = changed
        actions.set_screen_draft(here, asdict(changed))

    def type_in(words: str) -> None:
        hold(replace(writing.current, words=words))
        if is_kept:
            show_kept(False)

    async def keep_phrase(code: str) -> None:
        hold(replace(writing.current, kept=tuple(sorted({*writing.current.kept, code}))))

    def put(changed: StatementDraft) -> None:
        hold(changed)
        show_kept(False)
        turn_over(turn + 1)

    def add_new() -> None:
        added = "\n".join(format_sentence(one) for one in new)
        put(
            replace(
                writing.current, words=f"{writing.current.words.rstrip()}\n\n{added}", drafted_from=known_now
            )
        )

    def write_anew() -> None:
        put(StatementDraft(drafted, known_now))

    async def save() -> None:
        now = writing.current
        show_problem("" if now.words.strip() else say("pattern.empty"))
        if not now.words.strip():
            return
        standing = {hit.code for hit in await run_blocking(find_phrases, now.words)}
        statement = PatternStatement(
            id=saved.id if saved is not None else new_id(),
            household_id=page.household.id,
            person_id=person.id,
            words=now.words,
            drafted_from=now.drafted_from,
            edited=now.words != drafted,
            kept_phrases=tuple(code for code in now.kept if code in standing),
        )
        if await actions.save_records(page.household.id, [statement]):
            actions.set_screen_draft(here, None)
            show_kept(True)

    before = PatternStatement(id=here, household_id=page.household.id, person_id=person.id, words="-")
    new = find_new_sentences(
        before.model_copy(update={"drafted_from": writing.current.drafted_from}), sentences
    )
    known_now = tuple(sorted({*writing.current.drafted_from, *collect_source_ids(sentences)}))
    is_as_drafted = saved is not None and not saved.edited and writing.current.words == saved.words
    return build_page(
        model,
        actions,
        say("pattern.title", name=first_name(person)),
        [
            banner(say("pattern.kept-here"), icon=ft.Icons.CHECK) if is_kept else None,
            banner(say("pattern.not-shown", name=first_name(person)), icon=ft.Icons.VISIBILITY_OFF_OUTLINED),
            _new_sentences_card(new, add_new, write_anew if is_as_drafted else None) if new else None,
            keyed(
                _FIELD,
                card(
                    phrasing_checked_field(
                        say("pattern.words"),
                        value=writing.current.words,
                        on_change=type_in,
                        kept=lambda: writing.current.kept,
                        on_keep=keep_phrase,
                        hint=say("pattern.lead"),
                        problem=problem,
                        lines=_line_count(writing.current.words),
                        key=f"{here}.{turn}",
                    )
                ),
            ),
            kept_phrases_note(((person.id, saved.kept_phrases),)) if saved is not None else None,
        ],
        top=error_summary([(_FIELD, problem)] if problem else [], go_to=lambda at: scroll_to_key(scroll, at)),
        action=primary_button(say("pattern.keep"), save),
        scroll=scroll,
    )


def _collect_records(model: AppState) -> PatternInput:
    """Everything in the households of this practitioner: which of them belong together, links decide."""
    pages = model.households
    return PatternInput(
        [one for page in pages for one in page.persons],
        [one for page in pages for one in page.records],
        [one for page in pages for one in page.contacts],
        [one for page in pages for one in page.conducts],
    )


def _new_sentences_card(new: Sequence[Sentence], add: Handler, anew: Handler | None) -> ft.Control:
    return card(
        heading(say("pattern.new", n=len(new))),
        *(text(format_sentence(one)) for one in new),
        ft.Row(
            wrap=True,
            spacing=10,
            run_spacing=10,
            controls=[
                secondary_button(say("pattern.add"), add, icon=ft.Icons.ADD),
                *([secondary_button(say("pattern.anew"), anew, icon=ft.Icons.REFRESH)] if anew else []),
            ],
        ),
    )


def _load_draft(actions: AppController, here: str) -> StatementDraft | None:
    """What stood here when the page was left."""
    begun = actions.screen_draft(here)
    if not begun:
        return None
    return StatementDraft(begun["words"], tuple(begun["drafted_from"]), tuple(begun["kept"]))


def _draft_from_saved(saved: PatternStatement | None) -> StatementDraft | None:
    return None if saved is None else StatementDraft(saved.words, saved.drafted_from, saved.kept_phrases)


def _line_count(words: str) -> int:
    """How many lines the field shows, so that the page scrolls and the field does not."""
    needed = sum(1 + len(line) // _CHARACTERS_PER_LINE for line in words.split("\n"))
    return max(_FEWEST_LINES, min(needed, _MOST_LINES))
