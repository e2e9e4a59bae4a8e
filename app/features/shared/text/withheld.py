"""Who something is kept from, shown wherever it is shown.

This room knows the mark: a lock, and "Kept from Dane". What is kept, and why, is a fact that a
practitioner wrote down because the child or adult asked; this room changes nothing about it.

    withheld_badge(page, person.id)          # None where nothing is kept
"""

from __future__ import annotations

import flet as ft

from app.core.cases.case_service import HouseholdOverview
from app.features.shared.text.people import names_by_id
from app.kit import theme
from app.kit.messages import say
from assessments.casework.casework_records import WithheldInformation

WITHHOLDABLE_PARTS = ("all", "address", "born", "names", "needs", "ties")


def withheld_records(
    page: HouseholdOverview, about_id: str, part: str | None = None
) -> tuple[WithheldInformation, ...]:
    """What stands to be kept about a record; of one part of it where `part` is given.

    What holds for the whole record holds for each part.
    """
    return tuple(
        fact
        for fact in page.records_of(WithheldInformation)
        if fact.about_id == about_id
        and fact.lifted_at is None
        and (part is None or fact.part in (part, "", "all"))
    )


def describe_withheld_from(page: HouseholdOverview, about_id: str, part: str | None = None) -> str:
    """ "Kept from Dane and the school", or ""."""
    names = names_by_id(page)
    who: dict[str, None] = {}
    for fact in withheld_records(page, about_id, part):
        who |= dict.fromkeys(names.get(one, one) for one in fact.keep_from)
    return say("withheld.from", names=", ".join(who)) if who else ""


def withheld_badge(page: HouseholdOverview, about_id: str, part: str | None = None) -> ft.Control | None:
    """The mark beside something that is kept from somebody."""
    words = describe_withheld_from(page, about_id, part)
    return badge(words) if words else None


def badge(words: str, icon: ft.IconData = ft.Icons.LOCK_OUTLINED) -> ft.Control:
    """A short mark with its sign: colour is never the only one. It is as wide as its words, and wraps."""
    return ft.Row(
        controls=[
            ft.Container(
                expand=True,
                expand_loose=True,
                bgcolor=ft.Colors.TERTIARY_FIXED,
                border_radius=10,
                padding=ft.Padding.symmetric(horizontal=10, vertical=4),
                content=ft.Row(
                    tight=True,
                    spacing=6,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                    controls=[
                        ft.Icon(icon, size=20, color=ft.Colors.ON_TERTIARY_FIXED),
                        ft.Text(
                            words,
                            theme_style=theme.MARK,
                            color=ft.Colors.ON_TERTIARY_FIXED,
                            expand=True,
                            expand_loose=True,
                        ),
                    ],
                ),
            )
        ],
    )
