"""Page: the children of a household side by side, each column from that child's own records alone."""

from collections.abc import Sequence
from datetime import date

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.visit_queries import (
    count_visits_of_child,
    find_copied_passages,
    is_observation_due,
    observations_of,
    open_follow_ups,
)
from app.core.controller import AppController, AppState
from app.features.shared.child_status_marks import follow_up_line, not_observed_line
from app.features.shared.page import build_page, guarded_page
from app.features.shared.text.days import format_age, format_day
from app.features.shared.text.people import describe_family, find_household, first_name, tool_title
from app.kit import theme
from app.kit.controls.cards import avatar_row, card
from app.kit.controls.keyed import column, side_line, stack
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import say
from assessments.casework.casework_records import VerbatimQuote
from assessments.casework.matching.text import CopiedText
from assessments.casework.records import COMPLETED_STATUSES, Person
from assessments.casework.result_extracts import LadderStep, ResultExtract

# More than this of one kind is read in the records themselves.
_MAX_PER_SECTION = 6


@guarded_page
def siblings_page(model: AppState, actions: AppController) -> ft.View:
    """Show every child of the household in a column of their own."""
    page = find_household(model, model.screen.target)
    today = actions.today()
    children = page.children(today)
    same = find_copied_passages(page)
    width = 6 if len(children) == 2 else 4
    return build_page(
        model,
        actions,
        say("siblings.title"),
        [
            quiet(say("siblings.apart")),
            *(_copied_text_banner(page, one) for one in same[:_MAX_PER_SECTION]),
            quiet(say("siblings.more-same", n=len(same) - _MAX_PER_SECTION))
            if len(same) > _MAX_PER_SECTION
            else None,
            ft.ResponsiveRow(
                spacing=theme.CARD_GAP,
                run_spacing=theme.CARD_GAP,
                vertical_alignment=ft.CrossAxisAlignment.START,
                controls=[
                    ft.Container(
                        col={"xs": 12, "md": 6, "lg": width}, content=_child_column(page, child, today)
                    )
                    for child in children
                ],
            ),
        ],
        subtitle=page.household.name,
        wide=True,
    )


def _copied_text_banner(page: HouseholdOverview, found: CopiedText) -> ft.Control:
    names = {person.id: first_name(person) for person in page.persons}
    said = "siblings.same-words" if found.whose == "own" else "siblings.same-text"
    one, other = names.get(found.one.child_id, ""), names.get(found.other.child_id, "")
    return banner(
        say(said, one=one, other=other, words=found.one.text), tone="help", icon=ft.Icons.CONTENT_COPY
    )


def _child_column(page: HouseholdOverview, child: Person, today: date) -> ft.Control:
    """One child, from that child's own records alone."""
    name = first_name(child)
    written = observations_of(page, child.id)
    own = [one for one in page.result_extracts if one.child_id == child.id]
    words = [_quote(line, format_day(contact.on, today)) for contact, seen in written for line in seen.said]
    words += [
        _noted_block(text(say("said.words", words=one.text)), say("said.asked", prompt=one.prompt))
        for one in own
        if one.part == "words"
    ]
    days = {contact.id: format_day(contact.on, today) for contact in page.contacts}
    steps = [
        _ladder_step(one.prompt, one.step, days.get(one.contact_id, ""))
        for one in own
        if one.step is not None
    ]
    steps += [_worry_jar(one, days.get(one.contact_id, "")) for one in own if one.jar]
    shown = sum(1 for one in own if one.part == "shown" and one.step is None and not one.jar)
    saw = [
        _dated_block(seen.observation or seen.demeanour, format_day(contact.on, today))
        for contact, seen in written
        if seen.observation.strip() or seen.demeanour.strip()
    ]
    saw += [_noted_block(text(one.text), one.prompt) for one in own if one.part == "seen"]
    made = [text(seen.interpretation) for _, seen in written if seen.interpretation.strip()]
    risk = [text(say("siblings.risk-of", tool=one.prompt, grade=one.text or say("siblings.no-grade")))
            for one in own if one.part == "risk"]  # fmt: skip
    tools = [found for found in page.assessments_of(child.id) if found.status in COMPLETED_STATUSES]
    family = describe_family(page, child, today)
    return card(
        avatar_row(child.name, heading(child.name), quiet(format_age(child, today))),
        not_observed_line(child) if is_observation_due(page, child, today) else None,
        _section("words", words, name),
        _section("steps", steps),
        quiet(say("siblings.shown", n=shown)) if shown else None,
        _section("seen", saw, name),
        _section("made", made),
        _section("role", [text(family)] if family else [], name),
        _section("risk", risk, name),
        _section("plan", [follow_up_line(page, task) for task in open_follow_ups(page, child.id)], name),
        _section("counts", _counts(page, child, today)),
        quiet(say("siblings.tools", tools=", ".join(tool_title(found.instrument) for found in tools)))
        if tools
        else None,
        spacing=18,
    )


def _section(code: str, lines: Sequence[ft.Control], name: str = "") -> ft.Control | None:
    """One heading of a column with what is known, or, by the child's name, that nothing is."""
    if not lines and not name:
        return None
    rest = len(lines) - _MAX_PER_SECTION
    return stack(
        heading(say(f"siblings.{code}"), level=3),
        *(lines[:_MAX_PER_SECTION] or [quiet(say(f"siblings.no-{code}", name=name))]),
        *([quiet(say("siblings.more", n=rest))] if rest > 0 else []),
    )


def _quote(line: VerbatimQuote, day: str) -> ft.Control:
    note = say("siblings.said-on", origin=say(f"seen.origin.{line.origin}"), day=day)
    asked = say("said.asked", prompt=line.prompt) if line.prompt.strip() else ""
    return _noted_block(text(say("said.words", words=line.words)), asked, note)


def _ladder_step(asked: str, step: LadderStep, day: str) -> ft.Control:
    """Where the child put it, between the words that the child saw at both ends."""
    ends = say("siblings.ends", lowest=step.lowest, low=step.low, highest=step.highest, high=step.high)
    return _noted_block(
        text(say("siblings.step", n=step.number)), asked, ends, say("household.visit", day=day) if day else ""
    )


def _worry_jar(one: ResultExtract, day: str) -> ft.Control:
    """What the child put into the jar, each with how big the child made it."""
    lines = [say("said.place", place=size, who=f"“{words}”") for size, words in one.jar]
    return _noted_block(text("\n".join(lines)), one.prompt, say("household.visit", day=day) if day else "")


def _dated_block(words: str, day: str) -> ft.Control:
    return _noted_block(text(words), say("household.visit", day=day))


def _noted_block(words: ft.Control, *notes: str) -> ft.Control:
    return side_line(
        column(words, *(quiet(note) for note in notes if note)),
        ft.Colors.TERTIARY_CONTAINER,
        padding=ft.Padding.only(left=12),
    )


def _counts(page: HouseholdOverview, child: Person, today: date) -> list[ft.Control]:
    found = count_visits_of_child(page, child, today)
    if not found.contacts:
        return []
    lines = [
        say(f"counts.{code}", n=getattr(found, code), of=found.contacts)
        for code in ("seen", "alone", "at_home")
    ]
    slept = found.sleeping_place_seen_on
    lines.append(say("counts.slept", day=format_day(slept, today)) if slept else say("counts.never-slept"))
    if found.days_since_seen is not None and found.contacts_since_seen:
        lines.append(say("counts.since", days=found.days_since_seen, n=found.contacts_since_seen))
    return [quiet(line) for line in lines]
