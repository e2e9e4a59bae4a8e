"""Page: one person: who they are, what others are to them, where they live, and what is withheld from whom.

A confidential address is in no summary and no name for a screen reader: only behind "hold to show".
"""

from functools import partial

import flet as ft

from app.core.cases.household_queries import HouseholdOverview, host_household
from app.core.controller import AppController, AppState
from app.features.people.links import duplicate_person_cards, link_cards
from app.features.people.update import make_relationship
from app.features.shared.badges import badge, revisions_link, withheld_badge
from app.features.shared.page import build_page, guarded_page, use_scroll
from app.features.shared.text.days import format_age
from app.features.shared.text.people import (
    describe_relationship,
    describe_relationship_both_ways,
    find_person,
    first_name,
    names_by_id,
)
from app.features.shared.text.person_details import person_rows, withheld_records
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.hold_to_reveal import hold_to_reveal
from app.kit.controls.lists import answer_list
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import say
from assessments.casework import kinship
from assessments.casework.casework_records import Address, WithheldInformation
from assessments.casework.kinship import RelationshipSide, SiblingHint
from assessments.casework.records import Person


@guarded_page
def person_page(model: AppState, actions: AppController) -> ft.View:
    """Show all that is known of one person, with a way to change each part."""
    page, one = find_person(model, model.screen.target)
    scroll = use_scroll(actions)
    on = actions.today()

    def button(words: str, screen: str, icon: ft.IconData) -> ft.Control:
        return secondary_button(say(words), lambda: actions.open_screen(screen, one.id), icon=icon)

    born = primary_button(say("born.title"), lambda: actions.open_screen("born", one.id))
    concern = badge(say("person.causes-concern"), ft.Icons.INFO_OUTLINE)
    return build_page(
        model,
        actions,
        one.name,
        [
            concern if "causes-concern" in one.roles else None,
            withheld_badge(page, one.id, "all"),
            duplicate_person_cards(f"alike-{one.id}", model, actions, page, one),
            banner(say("born.lead"), icon=ft.Icons.CHILD_FRIENDLY_OUTLINED, action=ft.Row(controls=[born]))
            if one.born is None and one.due is not None
            else None,
            heading(say("person.about")),
            answer_list("", person_rows(page, one, on), on_change=None),
            ft.Row(controls=[button("person.change", "change-person", ft.Icons.EDIT_OUTLINED)]),
            *revisions_link(page, one.id, actions),
            heading(say("person.ties")),
            withheld_badge(page, one.id, "ties"),
            *relationship_cards(page, one, actions),
            button("tie.add", "tie", ft.Icons.ADD),
            heading(say("address.title")),
            withheld_badge(page, one.id, "address"),
            *address_cards(model, actions, page, one),
            button("address.add", "add-address", ft.Icons.ADD),
            heading(say("link.title")),
            *link_cards(model, one, actions),
            button("link.add", "link", ft.Icons.ADD),
            heading(say("withheld.title")),
            *_withheld_cards(page, one, actions),
            button("withheld.add", "keep-from", ft.Icons.LOCK_OUTLINED),
        ],
        caption=page.household.name,
        subtitle=format_age(one, on),
        scroll=scroll,
    )


def _withheld_cards(page: HouseholdOverview, one: Person, actions: AppController) -> list[ft.Control]:
    addresses = [found.id for found in page.records_of(Address) if one.id in found.person_ids]
    found = [
        _withheld_card(page, fact, actions)
        for about_id in (one.id, *addresses)
        for fact in withheld_records(page, about_id)
    ]
    return found or [quiet(say("withheld.none"))]


def _withheld_card(page: HouseholdOverview, fact: WithheldInformation, actions: AppController) -> ft.Control:
    names = names_by_id(page)
    asked = names.get(fact.asked_by, fact.asked_by)
    what = f"part.{fact.part or 'all'}" if fact.about_id in names else "an-address"
    undo = partial(actions.people_commands.undo, fact)
    return card(
        text(say(f"withheld.{what}"), strong=True),
        text(say("withheld.from", names=", ".join(names.get(who, who) for who in fact.keep_from))),
        quiet(say("withheld.asked", name=asked)) if asked else None,
        quiet(fact.why) if fact.why else None,
        ft.Row(controls=[quiet_button(say("withheld.lift"), undo, icon=ft.Icons.UNDO)]),
        spacing=4,
    )


def address_cards(
    model: AppState, actions: AppController, page: HouseholdOverview, one: Person
) -> list[ft.Control]:
    """The addresses of one person, the present ones first, then those left."""
    own = [found for found in page.records_of(Address) if one.id in found.person_ids]
    own.sort(key=lambda found: found.until is not None)
    return [_card(model, actions, page, found) for found in own] or [quiet(say("address.none"))]


def _card(model: AppState, actions: AppController, page: HouseholdOverview, found: Address) -> ft.Control:
    names = names_by_id(page)
    who = ", ".join(names[one] for one in found.person_ids if one in names)
    host = host_household(page, model.households) if found.kind == "host" else None

    def button(words: str, screen: str, icon: ft.IconData) -> ft.Control:
        return quiet_button(say(words), lambda: actions.open_screen(screen, found.id), icon=icon)

    return card(
        text(say(f"address.kind.{found.kind}"), strong=True),
        badge(say("address.confidential")) if found.confidential else None,
        withheld_badge(page, found.id),
        hold_to_reveal(f"held-{found.id}", say("address.hidden"), found.lines)
        if found.confidential
        else text(found.lines),
        quiet(say("address.who", names=who)) if who else None,
        quiet(say("address.host", household=host.household.name)) if host else None,
        quiet(say("address.left")) if found.until is not None else None,
        ft.Row(
            wrap=True,
            controls=[
                button("address.change", "address", ft.Icons.EDIT_OUTLINED),
                button("withheld.add-address", "keep-from", ft.Icons.LOCK_OUTLINED),
            ],
        ),
        spacing=8,
    )


def relationship_cards(page: HouseholdOverview, one: Person, actions: AppController) -> list[ft.Control]:
    """What needs a look first, then every tie, then what may follow from them."""
    people, names = {person.id: person for person in page.persons}, names_by_id(page)
    found = kinship.find_relationships_of(one.id, page.relationships)
    ties = [tie for tie in found if tie.other_id in people]
    controls: list[ft.Control] = []
    for fault in kinship.find_relationship_faults(page.relationships):
        if one.id in fault.person_ids:
            who = ", ".join(names.get(person_id, "") for person_id in fault.person_ids)
            controls.append(banner(say(f"tie.fault.{fault.code}", names=who), tone="help"))
    for other_id in dict.fromkeys(tie.other_id for tie in ties):
        other = people[other_id]
        own = [_relationship_row(page, one, other, tie, actions) for tie in ties if tie.other_id == other_id]
        controls.append(card(text(other.name, strong=True), *own))
    if not ties:
        controls.append(quiet(say("tie.none")))
    hints = [
        _sibling_hint_banner(one, people, hint, actions)
        for hint in kinship.sibling_hints(page.relationships)
        if one.id in (hint.one_id, hint.other_id) and {hint.one_id, hint.other_id} <= people.keys()
    ]
    return [*controls, *hints]


def _relationship_row(
    page: HouseholdOverview, one: Person, other: Person, tie: RelationshipSide, actions: AppController
) -> ft.Control:
    told = next(found for found in page.relationships if found.id == tie.relationship_id)
    own, name = first_name(one), first_name(other)
    undo = quiet_button(
        say("tie.undo"),
        partial(actions.people_commands.undo, told),
        icon=ft.Icons.UNDO,
        name=say("tie.undo-name", name=other.name, words=describe_relationship(tie.kind, [name])),
    )
    words = text(describe_relationship_both_ways(tie.kind, tie.inverse_kind, own, name))
    return ft.Column(tight=True, spacing=2, controls=[words, ft.Row(wrap=True, controls=[undo])])


def _sibling_hint_banner(
    one: Person, people: dict[str, Person], hint: SiblingHint, actions: AppController
) -> ft.Control:
    other = people[hint.other_id if hint.one_id == one.id else hint.one_id]

    async def told() -> None:
        await actions.people_commands.save(make_relationship(one.household_id, one.id, hint.kind, other.id))

    return banner(
        say(f"tie.hint.{hint.kind}", one=first_name(one), other=first_name(other)),
        action=ft.Row(wrap=True, controls=[secondary_button(say("tie.hint.yes"), told)]),
    )
