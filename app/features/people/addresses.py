"""Cards of where a person lives: each address with who stays there, and the family that takes them in.

A confidential address is in no summary, no map and no name for a screen reader: only behind "hold to show".
"""

from __future__ import annotations

import flet as ft

from app.core.cases.household_queries import HouseholdOverview, host_household
from app.core.controller import AppController, AppState
from app.features.shared.badges import badge, withheld_badge
from app.features.shared.text.people import names_by_id
from app.kit.controls.buttons import quiet_button
from app.kit.controls.cards import card
from app.kit.controls.hold_to_reveal import hold_to_reveal
from app.kit.controls.text import quiet, text
from app.kit.messages import say
from assessments.casework.casework_records import Address
from assessments.casework.records import Person


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
