"""Page: the pattern statement on one adult, from the records. What is new is added only when asked."""

from collections.abc import Sequence
from dataclasses import replace

import flet as ft

from app.core.cases.case_service import run_blocking
from app.core.cases.household_queries import pattern_statement_of
from app.core.controller import AppController, AppState
from app.features.incidents.pattern_text import format_sentence, format_statement
from app.features.incidents.update import StatementDraft, draft_from_statement, statement_from_draft
from app.features.shared.draft_form import use_draft_form
from app.features.shared.page import build_page, guarded_page, use_scroll
from app.features.shared.phrasing_field import kept_phrases_note, phrasing_checked_field
from app.features.shared.text.people import find_person, first_name
from app.kit.controls.buttons import primary_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import keyed
from app.kit.controls.status import banner
from app.kit.controls.text import heading, text
from app.kit.forms.problems import error_summary
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.casework.casework_records import PatternStatement
from assessments.casework.pattern_statement import (
    PatternInput,
    Sentence,
    collect_source_ids,
    compose_statement,
    find_new_sentences,
)

_FIELD = "words"
_CHARACTERS_PER_LINE = 44
_FEWEST_LINES, _MOST_LINES = 8, 60


@guarded_page
def pattern_page(model: AppState, actions: AppController) -> ft.View:
    """Show the statement on one adult, to be read, changed and saved."""
    page, person = find_person(model, model.screen.target)
    sentences = compose_statement(person, _collect_records(model), on=actions.today())
    drafted = format_statement(sentences, who=first_name(person))
    saved = pattern_statement_of(page, person.id)
    here = f"pattern.{person.id}"
    form = use_draft_form(
        actions,
        here,
        draft_from_statement(saved) if saved else StatementDraft(drafted, collect_source_ids(sentences)),
        always_held=True,
    )
    # The field keeps its own letters: words that were put there by a tap make it a new one.
    turn, set_turn = use_state(0)
    scroll = use_scroll(actions)
    problem, show_problem = use_state("")
    is_saved, show_saved = use_state(False)

    def type_in(words: str) -> None:
        form.change(words=words)
        if is_saved:
            show_saved(False)

    def put(changed: StatementDraft) -> None:
        form.set_value(changed)
        show_saved(False)
        set_turn(turn + 1)

    def add_new() -> None:
        added = "\n".join(format_sentence(one) for one in new)
        now = form.value
        put(replace(now, words=f"{now.words.rstrip()}\n\n{added}", drafted_from=known_now))

    def draft_anew() -> None:
        put(StatementDraft(drafted, known_now))

    async def save() -> None:
        now = form.value
        show_problem("" if now.words.strip() else say("pattern.empty"))
        if not now.words.strip():
            return
        household_id = page.household.id
        statement = await run_blocking(statement_from_draft, now, person.id, household_id, saved, drafted)
        if await actions.save_records(household_id, [statement]):
            form.clear_draft()
            show_saved(True)

    before = PatternStatement(id=here, household_id=page.household.id, person_id=person.id, words="-")
    new = find_new_sentences(before.model_copy(update={"drafted_from": form.value.drafted_from}), sentences)
    known_now = tuple(sorted({*form.value.drafted_from, *collect_source_ids(sentences)}))
    is_as_drafted = saved is not None and not saved.edited and form.value.words == saved.words
    return build_page(
        model,
        actions,
        say("pattern.title", name=first_name(person)),
        [
            banner(say("pattern.kept-here"), icon=ft.Icons.CHECK) if is_saved else None,
            banner(say("pattern.not-shown", name=first_name(person)), icon=ft.Icons.VISIBILITY_OFF_OUTLINED),
            _new_sentences_card(new, add_new, draft_anew if is_as_drafted else None) if new else None,
            keyed(
                _FIELD,
                card(
                    phrasing_checked_field(
                        say("pattern.words"),
                        value=form.value.words,
                        on_change=type_in,
                        kept=lambda: form.value.kept,
                        on_keep=form.keep_phrase,
                        hint=say("pattern.lead"),
                        problem=problem,
                        lines=_line_count(form.value.words),
                        key=f"{here}.{turn}",
                    )
                ),
            ),
            kept_phrases_note(((person.id, saved.kept_phrases),)) if saved is not None else None,
        ],
        top=error_summary([(_FIELD, problem)] if problem else [], go_to=scroll.to_key),
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
    buttons = [secondary_button(say("pattern.add"), add, icon=ft.Icons.ADD)]
    if anew:
        buttons.append(secondary_button(say("pattern.anew"), anew, icon=ft.Icons.REFRESH))
    return card(
        heading(say("pattern.new", n=len(new))),
        *(text(format_sentence(one)) for one in new),
        ft.Row(wrap=True, spacing=10, run_spacing=10, controls=buttons),
    )


def _line_count(words: str) -> int:
    """How many lines the field shows, so that the page scrolls and the field does not."""
    needed = sum(1 + len(line) // _CHARACTERS_PER_LINE for line in words.split("\n"))
    return max(_FEWEST_LINES, min(needed, _MOST_LINES))
