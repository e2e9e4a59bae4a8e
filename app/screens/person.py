"""One person: who they are, what others are to them, where they live, and what is kept from whom.

Each person has a page of their own, a child above all: nothing of a brother or sister stands here but
the name. Ties are said from both sides. Two records that may be of one human being are asked about and
never merged. This room shows; the forms behind "Change" write.

    person(model, actions)
"""

from __future__ import annotations

import flet as ft

from app.effects import HouseholdPage
from app.family import new_tie
from app.kit.buttons import primary_button, quiet_button, secondary_button
from app.kit.cards import card, nav_row
from app.kit.lists import AnswerRow, answer_list
from app.kit.states import banner
from app.kit.writing import heading, quiet, text
from app.messages import knows, say
from app.screens.addresses import address_cards
from app.screens.alike import alike_cards
from app.screens.days import age_words, day_words
from app.screens.page import calm_page, page_of, use_scroll
from app.screens.people import both_ways, first_name, kin, names_of
from app.screens.withheld import badge, kept_badge, kept_facts, kept_words
from app.state import Actions, Model
from assessments import kinship
from assessments.errors import NotFound
from assessments.facts import Link
from assessments.records import Person

NEEDS = ("no-words", "symbols", "signs", "hearing", "sight", "autism", "learning", "quiet-place", "other")


@ft.component
@calm_page
def person(model: Model, actions: Actions) -> ft.View:
    """Show all that is known of one person, with a way to change each part."""
    page = model.household_of(model.screen.about)
    one = next((found for found in page.persons if found.id == model.screen.about), None) if page else None
    scroll = use_scroll(actions)
    if page is None or one is None:
        raise NotFound
    on = actions.today()
    return page_of(
        model,
        actions,
        one.name,
        [
            badge(say("person.causes-concern"), ft.Icons.INFO_OUTLINE)
            if "causes-concern" in one.roles
            else None,
            kept_badge(page, one.id, "all"),
            *alike_cards(model, actions, page, one),
            _unborn(one, actions) if one.born is None and one.due is not None else None,
            heading(say("person.about")),
            answer_list("", _about(page, one, actions), on_change=None),
            ft.Row(
                controls=[
                    secondary_button(
                        say("person.change"),
                        lambda: actions.go("change-person", one.id),
                        icon=ft.Icons.EDIT_OUTLINED,
                    )
                ]
            ),
            heading(say("person.ties")),
            kept_badge(page, one.id, "ties"),
            *_faults(page, one),
            *_ties(page, one, actions),
            *_sibling_hints(page, one, actions),
            secondary_button(say("tie.add"), lambda: actions.go("tie", one.id), icon=ft.Icons.ADD),
            heading(say("address.title")),
            kept_badge(page, one.id, "address"),
            *address_cards(model, actions, page, one),
            secondary_button(
                say("address.add"), lambda: actions.go("add-address", one.id), icon=ft.Icons.ADD
            ),
            heading(say("link.title")),
            *_links(model, one, actions),
            secondary_button(say("link.add"), lambda: actions.go("link", one.id), icon=ft.Icons.ADD),
            heading(say("withheld.title")),
            *_kept(page, one, actions),
            secondary_button(
                say("withheld.add"), lambda: actions.go("keep-from", one.id), icon=ft.Icons.LOCK_OUTLINED
            ),
        ],
        caption=page.household.name,
        subtitle=age_words(one, on),
        scroll=scroll,
    )


def _about(page: HouseholdPage, one: Person, actions: Actions) -> list[AnswerRow]:
    on = actions.today()

    def row(place: str, answer: str, part: str = "") -> AnswerRow:
        note = kept_words(page, one.id, part) if part else ""
        return AnswerRow(say(f"person.{place}"), answer, place, note)

    days = [
        say("person.born-on", day=day_words(one.born, on, near=False)) if one.born else "",
        say("age.about", n=one.about_years) if one.born is None and one.about_years is not None else "",
        say("person.was-due", day=day_words(one.due, on, near=False)) if one.due else "",
    ]
    speaks = [one.language, say("person.interpreter-needed") if one.interpreter else ""]
    needs = [say(f"need.{code}") if knows(f"need.{code}") else code for code in one.needs]
    rows = [
        row("born", ". ".join(day for day in days if day), "born"),
        row("place", ", ".join(kin(role) for role in one.roles if knows(f"kin.{role}"))),
        row("lives", say("person.lives-here" if one.lives_here else "person.lives-elsewhere")),
        row("language", ". ".join(part for part in speaks if part)),
        row("needs", ". ".join(part for part in (", ".join(needs), one.needs_words) if part), "needs"),
    ]
    if one.other_names:
        rows.insert(0, row("other-names", ", ".join(one.other_names), "names"))
    if one.position or one.agency:
        rows.append(row("work", ", ".join(part for part in (one.position, one.agency) if part)))
    return rows


def _unborn(one: Person, actions: Actions) -> ft.Control:
    return banner(
        say("born.lead"),
        icon=ft.Icons.CHILD_FRIENDLY_OUTLINED,
        action=ft.Row(controls=[primary_button(say("born.title"), lambda: actions.go("born", one.id))]),
    )


def _ties(page: HouseholdPage, one: Person, actions: Actions) -> list[ft.Control]:
    names = names_of(page)
    stored = {link.id: link for link in page.relationships}
    found = []
    for tie in kinship.ties(one.id, page.relationships):
        other = next((person for person in page.persons if person.id == tie.other_id), None)
        if other is None:
            continue

        async def take_back(relationship_id: str = tie.relationship_id) -> None:
            await actions.family.undo(stored[relationship_id])

        found.append(
            card(
                text(names[tie.other_id], strong=True),
                text(both_ways(tie.is_, tie.has, first_name(one), first_name(other))),
                ft.Row(
                    wrap=True,
                    controls=[
                        quiet_button(
                            say("tie.undo"),
                            take_back,
                            icon=ft.Icons.UNDO,
                            name=say("tie.undo-name", name=names[tie.other_id]),
                        )
                    ],
                ),
                spacing=4,
            )
        )
    return found or [quiet(say("tie.none"))]


def _faults(page: HouseholdPage, one: Person) -> list[ft.Control]:
    """What cannot be right, where this person is part of it."""
    names = names_of(page)
    return [
        banner(
            say(
                f"tie.fault.{fault.code}",
                names=", ".join(names.get(one_id, "") for one_id in fault.person_ids),
            ),
            tone="help",
        )
        for fault in kinship.faults(page.relationships)
        if one.id in fault.person_ids
    ]


def _sibling_hints(page: HouseholdPage, one: Person, actions: Actions) -> list[ft.Control]:
    found = []
    by_id = {person.id: person for person in page.persons}
    for hint in kinship.sibling_hints(page.relationships):
        if one.id not in (hint.one_id, hint.other_id):
            continue
        other = by_id.get(hint.other_id if hint.one_id == one.id else hint.one_id)
        if other is None:
            continue

        async def told(other_id: str = other.id, kind: str = hint.kind) -> None:
            await actions.family.keep(new_tie(page.household.id, one.id, kind, other_id))

        found.append(
            banner(
                say(f"tie.hint.{hint.kind}", one=first_name(one), other=first_name(other)),
                action=ft.Row(
                    wrap=True,
                    controls=[secondary_button(say("tie.hint.yes"), told)],
                ),
            )
        )
    return found


def _links(model: Model, one: Person, actions: Actions) -> list[ft.Control]:
    """The same human being, or family, in other households: linked from either side, never merged."""
    found: list[ft.Control] = []
    for here in model.households:
        for link in here.facts_of(Link):
            if link.undone_at is not None or one.id not in (link.own_id, link.other_id):
                continue
            if link.kind == "not-same":
                continue
            other_id = link.other_id if link.own_id == one.id else link.own_id
            there = model.household_of(other_id)
            other = next((who for who in there.persons if who.id == other_id), None) if there else None
            if there is None or other is None:
                continue

            async def take_back(link: Link = link) -> None:
                await actions.family.undo(link)

            ties = [
                both_ways(tie.is_, tie.has, first_name(other), first_name(third))
                for tie in kinship.ties(other.id, there.relationships)
                for third in there.persons
                if third.id == tie.other_id
            ]
            found.append(
                card(
                    nav_row(
                        other.name,
                        note=say(f"link.{link.kind}", household=there.household.name),
                        icon=ft.Icons.LINK,
                        on_tap=lambda other_id=other.id: actions.go("person", other_id),
                    ),
                    *(quiet(words) for words in ties),
                    ft.Row(controls=[quiet_button(say("link.undo"), take_back, icon=ft.Icons.UNDO)]),
                    spacing=4,
                )
            )
    return found or [quiet(say("link.none"))]


def _kept(page: HouseholdPage, one: Person, actions: Actions) -> list[ft.Control]:
    names = names_of(page)
    found = []
    for fact in kept_facts(page, one.id):

        async def lift(fact: object = fact) -> None:
            await actions.family.undo(fact)  # type: ignore[arg-type]  # the fact of this turn of the loop

        asked = names.get(fact.asked_by, fact.asked_by)
        found.append(
            card(
                text(say(f"withheld.part.{fact.part or 'all'}"), strong=True),
                text(say("withheld.from", names=", ".join(names.get(who, who) for who in fact.keep_from))),
                quiet(say("withheld.asked", name=asked)) if asked else None,
                quiet(fact.why) if fact.why else None,
                ft.Row(controls=[quiet_button(say("withheld.lift"), lift, icon=ft.Icons.UNDO)]),
                spacing=4,
            )
        )
    return found or [quiet(say("withheld.none"))]
