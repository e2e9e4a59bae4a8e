"""The parts of the page of one child: exact words, none of them corrected, and the circumstances."""

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.visit_queries import earlier_versions
from app.features.shared.draft_form import DraftForm, coded_choices
from app.features.shared.text.people import first_name
from app.features.visits.child_observation_draft import ORIGINS, YES_NO_FIELDS, ObservationDraft, QuoteDraft
from app.kit.controls.buttons import quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed, stack
from app.kit.controls.status import banner
from app.kit.controls.text import heading, optional_label, quiet, text
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import problem_line
from app.kit.messages import say
from assessments.casework.casework_records import ChildObservation
from assessments.casework.records import Person
from assessments.casework.visits.accounting import find_relatives_interpreting


def exact_words_card(name: str, form: DraftForm[ObservationDraft]) -> ft.Control:
    """The child's words, line by line, each with what was asked before it and how it came."""

    def add() -> None:
        form.change(draw=True, said=(*form.value.said, QuoteDraft()))

    lines = form.value.said
    return keyed(
        "origin",
        card(
            heading(say("seen.words", name=name)),
            quiet(say("seen.words-hint")),
            problem_line(form.problems["origin"]) if "origin" in form.problems else None,
            *(_line(line, n, len(lines), form) for n, line in enumerate(lines, start=1)),
            ft.Row(controls=[secondary_button(say("seen.more-words"), add, icon=ft.Icons.ADD)]),
        ),
    )


def _line(line: QuoteDraft, n: int, of: int, form: DraftForm[ObservationDraft]) -> ft.Control:
    key = line.key
    remove = quiet_button(
        say("words.remove", n=n),
        lambda: form.change(draw=True, said=tuple(one for one in form.value.said if one.key != key)),
    )
    return keyed(
        f"line-{key}",
        stack(
            ft.Divider(height=1, color=ft.Colors.OUTLINE_VARIANT) if n > 1 else None,
            text_field(
                say("seen.prompt"),
                value=line.prompt,
                on_change=lambda words: form.set_value(form.value.with_line(key, prompt=words)),
                hint=say("seen.prompt-hint") if n == 1 else "",
                key=f"prompt-{key}",
            ),
            text_field(
                say("seen.exact"),
                value=line.words,
                on_change=lambda words: form.set_value(form.value.with_line(key, words=words)),
                lines=3,
                key=f"words-{key}",
            ),
            text(say("seen.origin"), strong=True),
            radio_rows(
                coded_choices("seen.origin", ORIGINS),
                chosen=line.origin or None,
                on_choose=lambda code: form.set_value(
                    form.value.with_line(key, origin=code or ""), draw=True
                ),
                clear=False,
            ),
            ft.Row(controls=[remove]) if of > 1 else None,
            spacing=12,
        ),
    )


def circumstances_card(
    page: HouseholdOverview, child: Person, form: DraftForm[ObservationDraft]
) -> ft.Control:
    """Alone, at home, where the child sleeps; then who was there and in which language."""
    name = first_name(child)
    others = [person for person in page.persons if person.id != child.id]
    return card(
        heading(say("seen.around")),
        *(_yes_no_field(mark, name, form) for mark in YES_NO_FIELDS),
        *(
            stack(text(say(f"seen.{which}"), strong=True), _people_present_field(which, others, form))
            for which in ("present", "in_earshot")
        ),
        form.text_field("place", optional_label(say("seen.place")), hint=say("seen.place-hint")),
        form.text_field("language", optional_label(say("seen.language"))),
        _interpreter(page, form),
    )


def previous_versions_card(page: HouseholdOverview, one: ChildObservation) -> ft.Control | None:
    """What a correction corrects, the first version first; None when nothing was corrected."""
    versions = earlier_versions(page, one)
    if not versions:
        return None
    return card(
        heading(say("seen.before")),
        quiet(say("seen.corrected-because", why=one.amended_why)),
        *(quiet(_summarise(version)) for version in versions),
    )


def _summarise(one: ChildObservation) -> str:
    """A version in one line: how, the words in quotation marks, and what was seen."""
    how = say(f"seen.how.{one.how}") if one.how else say("seen.nothing")
    said = [say("said.words", words=line.words) for line in one.said]
    return ". ".join(part for part in (how, *said, one.observation, one.why, one.plan) if part.strip())


def _yes_no_field(mark: str, name: str, form: DraftForm[ObservationDraft]) -> ft.Control:
    """Yes or no, or nothing: what is not written is not a no."""
    given = getattr(form.value, mark)

    def row(code: str, value: bool) -> ft.Control:
        return ft.Container(
            expand=True,
            content=radio_rows(
                [Choice(code, say(f"seen.{code}"))],
                chosen=code if given is value else None,
                on_choose=lambda chosen: form.change(draw=True, **{mark: None if chosen is None else value}),
                clear=False,
            ),
        )

    return stack(
        text(say(f"seen.{mark}", name=name), strong=True),
        ft.Row(spacing=8, controls=[row("yes", True), row("no", False)]),
    )


def _people_present_field(which: str, others: list[Person], form: DraftForm[ObservationDraft]) -> ft.Control:
    """People of the household by id. Somebody else is a name as it was typed."""
    known = {person.id for person in others}

    def named(*, here: bool) -> tuple[str, ...]:
        named: tuple[str, ...] = getattr(form.value, which)
        return tuple(one for one in named if (one in known) is here)

    def choose(codes: tuple[str, ...]) -> None:
        form.change(draw=True, **{which: (*codes, *named(here=False))})

    def type_in(words: str) -> None:
        others = (words,) if words.strip() else ()
        form.set_value(form.value.updated(**{which: (*named(here=True), *others)}))

    return stack(
        checkbox_rows(
            [Choice(one.id, one.name) for one in others], chosen=named(here=True), on_choose=choose
        ),
        text_field(
            optional_label(say(f"seen.{which}-else")),
            value=next(iter(named(here=False)), ""),
            on_change=type_in,
            key=f"{which}-else",
        ),
    )


def _interpreter(page: HouseholdOverview, form: DraftForm[ObservationDraft]) -> ft.Control:
    """Who interpreted: never somebody of the family."""

    def typed(words: str) -> None:
        changed = named != find_relatives_interpreting(words, page.persons)
        form.change(interpreter=words, draw=changed)

    named = find_relatives_interpreting(form.value.interpreter, page.persons)
    names = ", ".join(first_name(one) for one in page.persons if one.id in named)
    return stack(
        text_field(
            optional_label(say("seen.interpreter")),
            value=form.value.interpreter,
            on_change=typed,
            hint=say("seen.interpreter-hint"),
            key="interpreter",
        ),
        *([banner(say("seen.relative", names=names), tone="help")] if named else []),
    )
