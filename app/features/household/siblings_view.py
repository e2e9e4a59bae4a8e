"""The children of a household side by side: what each said, what was seen of each, risk and plan.

This room puts records beside each other and joins none: every column is made from one child's own
records alone. Text that stands under two children is pointed out, for a person to look at.

    siblings(model, actions)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import flet as ft

from app.core.cases.case_service import HouseholdPage
from app.core.cases.visit_queries import copies, counts_of, seen_of, to_do, unwatched
from app.core.controller import Actions, Model
from app.features.shared.page import calm_page, page_of
from app.features.shared.text.child_status import to_do_line, unwatched_line
from app.features.shared.text.days import age_words, day_words
from app.features.shared.text.people import first_name, kin_words, tool_title
from app.kit import theme
from app.kit.controls.cards import beside_face, card
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import say
from assessments.casework.casework_records import Said
from assessments.casework.matching.text import Copy
from assessments.casework.records import Person
from assessments.casework.result_extracts import Step, Told
from assessments.errors import NotFound

# More than this of one kind is read in the records themselves.
_MOST = 6


@ft.component
@calm_page
def siblings(model: Model, actions: Actions) -> ft.View:
    """Show every child of the household in a column of their own."""
    page = model.household(model.screen.target)
    if page is None:
        raise NotFound
    today = actions.today()
    children = page.children(today)
    same = copies(page)
    width = 6 if len(children) == 2 else 4
    return page_of(
        model,
        actions,
        say("siblings.title"),
        [
            quiet(say("siblings.apart")),
            *(_copy(page, one) for one in same[:_MOST]),
            quiet(say("siblings.more-same", n=len(same) - _MOST)) if len(same) > _MOST else None,
            ft.ResponsiveRow(
                spacing=theme.CARD_GAP,
                run_spacing=theme.CARD_GAP,
                vertical_alignment=ft.CrossAxisAlignment.START,
                controls=[
                    ft.Container(col={"xs": 12, "md": 6, "lg": width}, content=_column(page, child, today))
                    for child in children
                ],
            ),
        ],
        subtitle=page.household.name,
        wide=True,
    )


def _copy(page: HouseholdPage, found: Copy) -> ft.Control:
    names = {person.id: first_name(person) for person in page.persons}
    said = "siblings.same-words" if found.whose == "own" else "siblings.same-text"
    one, other = names.get(found.one.child_id, ""), names.get(found.other.child_id, "")
    return banner(
        say(said, one=one, other=other, words=found.one.text), tone="help", icon=ft.Icons.CONTENT_COPY
    )


def _column(page: HouseholdPage, child: Person, today: date) -> ft.Control:
    """One child, from that child's own records alone."""
    name = first_name(child)
    written = seen_of(page, child.id)
    own = [one for one in page.result_extracts if one.child_id == child.id]
    words = [_quote(line, day_words(contact.on, today)) for contact, seen in written for line in seen.said]
    words += [
        _lined(text(say("said.words", words=one.text)), say("said.asked", prompt=one.prompt))
        for one in own
        if one.part == "words"
    ]
    days = {contact.id: day_words(contact.on, today) for contact in page.contacts}
    steps = [_step(one.prompt, one.step, days.get(one.contact_id, "")) for one in own if one.step is not None]
    steps += [_jar(one, days.get(one.contact_id, "")) for one in own if one.jar]
    shown = sum(1 for one in own if one.part == "shown" and one.step is None and not one.jar)
    saw = [
        _dated(seen.observation or seen.demeanour, day_words(contact.on, today))
        for contact, seen in written
        if seen.observation.strip() or seen.demeanour.strip()
    ]
    saw += [_lined(text(one.text), one.prompt) for one in own if one.part == "seen"]
    made = [text(seen.interpretation) for _, seen in written if seen.interpretation.strip()]
    risk = [text(say("siblings.risk-of", tool=one.prompt, grade=one.text or say("siblings.no-grade")))
            for one in own if one.part == "risk"]  # fmt: skip
    tools = [found for found in page.assessments_of(child.id) if found.status in ("completed", "amended")]
    role = [part for part in (kin_words(page, child, today),) if part]
    return card(
        beside_face(child.name, heading(child.name), quiet(age_words(child, today))),
        unwatched_line(child) if unwatched(page, child, today) else None,
        _part(say("siblings.words"), words, say("siblings.no-words", name=name)),
        _part(say("siblings.steps"), steps, ""),
        quiet(say("siblings.shown", n=shown)) if shown else None,
        _part(say("siblings.seen"), saw, say("siblings.no-seen", name=name)),
        _part(say("siblings.made"), made, ""),
        _part(say("siblings.role"), [text(part) for part in role], say("siblings.no-role", name=name)),
        _part(say("siblings.risk"), risk, say("siblings.no-risk", name=name)),
        _part(
            say("siblings.plan"),
            [to_do_line(page, task) for task in to_do(page, child.id)],
            say("siblings.no-plan", name=name),
        ),
        _part(say("siblings.counts"), _counts(page, child, today), ""),
        quiet(say("siblings.tools", tools=", ".join(tool_title(found.instrument) for found in tools)))
        if tools
        else None,
        spacing=18,
    )


def _part(title: str, lines: Sequence[ft.Control], nothing: str) -> ft.Control | None:
    """One heading of a column with what is known, or the plain word that nothing is."""
    if not lines and not nothing:
        return None
    rest = len(lines) - _MOST
    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            heading(title, level=3),
            *(lines[:_MOST] or [quiet(nothing)]),
            *([quiet(say("siblings.more", n=rest))] if rest > 0 else []),
        ],
    )


def _quote(line: Said, day: str) -> ft.Control:
    note = say("siblings.said-on", origin=say(f"seen.origin.{line.origin}"), day=day)
    asked = say("said.asked", prompt=line.prompt) if line.prompt.strip() else ""
    return _lined(text(say("said.words", words=line.words)), asked, note)


def _step(asked: str, step: Step, day: str) -> ft.Control:
    """Where the child put it, between the words that the child saw at both ends."""
    ends = say("siblings.ends", lowest=step.lowest, low=step.low, highest=step.highest, high=step.high)
    return _lined(
        text(say("siblings.step", n=step.number)), asked, ends, say("household.visit", day=day) if day else ""
    )


def _jar(one: Told, day: str) -> ft.Control:
    """What the child put into the jar, each with how big the child made it."""
    lines = [say("said.place", place=size, who=f"“{words}”") for size, words in one.jar]
    return _lined(text("\n".join(lines)), one.prompt, say("household.visit", day=day) if day else "")


def _dated(words: str, day: str) -> ft.Control:
    return _lined(text(words), say("household.visit", day=day))


def _lined(words: ft.Control, *notes: str) -> ft.Control:
    return ft.Container(
        border=ft.Border.only(left=ft.BorderSide(4, ft.Colors.TERTIARY_CONTAINER)),
        padding=ft.Padding.only(left=12),
        content=ft.Column(tight=True, spacing=2, controls=[words, *(quiet(note) for note in notes if note)]),
    )


def _counts(page: HouseholdPage, child: Person, today: date) -> list[ft.Control]:
    found = counts_of(page, child, today)
    if not found.contacts:
        return []
    lines = [
        say(f"counts.{code}", n=getattr(found, code), of=found.contacts)
        for code in ("seen", "alone", "at_home")
    ]
    slept = day_words(found.sleeping_place_seen_on, today) if found.sleeping_place_seen_on is not None else ""
    lines.append(say("counts.slept", day=slept) if slept else say("counts.never-slept"))
    if found.days_since_seen is not None and found.contacts_since_seen:
        lines.append(say("counts.since", days=found.days_since_seen, n=found.contacts_since_seen))
    return [quiet(line) for line in lines]
