"""Page: one person: who they are, what others are to them, where they live, and what is withheld from whom.

Nothing of a brother or sister stands here but the name. Relationships are said from both sides. Two records
that may be of one human being are asked about and never merged.
"""

from __future__ import annotations

from functools import partial

import flet as ft

from app.core.cases.household_queries import HouseholdOverview
from app.core.controller import AppController, AppState
from app.features.people.addresses import address_cards
from app.features.people.links import link_cards
from app.features.people.possible_duplicate import duplicate_person_cards
from app.features.people.relationships import relationship_cards
from app.features.shared.badges import badge, revisions_link, withheld_badge
from app.features.shared.page import build_page, guarded_page, use_scroll
from app.features.shared.text.days import format_age
from app.features.shared.text.people import find_person, names_by_id
from app.features.shared.text.person_details import person_rows, withheld_records
from app.kit.controls.buttons import primary_button, quiet_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.lists import answer_list
from app.kit.controls.status import banner
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import say
from assessments.casework.casework_records import Address, WithheldInformation
from assessments.casework.records import Person


@ft.component
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
