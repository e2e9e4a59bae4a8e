"""Every part of the kit on one page, as a screen would use it. For tests and for looking at.

The household is invented. `open_gallery` is what a server or `Headless` is given.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import flet as ft

from app.kit import theme
from app.kit.controls import buttons, cards, keyed, lists, page_frame, status, text
from app.kit.controls.fault_boundary import guarded_render
from app.kit.forms import choices, fields, problems
from app.kit.phone_numbers import PhoneNumber

QUESTION = "Has the child said who helps when things go wrong?"
CHOICES = [
    choices.Choice("yes", "Yes"),
    choices.Choice("no", "No"),
    choices.Choice("asked-unknown", "Asked, did not know", exclusive=True),
    choices.Choice("not-asked", "Not asked because…", "You will be asked for the reason", exclusive=True),
]
PEOPLE = [
    choices.Choice("mum", "Mum or another carer"),
    choices.Choice("sister", "A brother or sister"),
    choices.Choice("nobody", "Nobody", exclusive=True),
]


@ft.observable
@dataclass
class Shown:
    """What has been chosen and typed so far."""

    answer: str | None = None
    present: tuple[str, ...] = ()
    rung: int | None = None
    words: str = ""
    name: str = ""
    covered: bool = False
    stopped: bool = False
    gone_to: list[str] = field(default_factory=list)


def open_gallery(page: ft.Page) -> None:
    theme.apply_theme(page)
    page.render_views(gallery, Shown())


@ft.component
@guarded_render
def gallery(shown: Shown) -> list[ft.Control]:
    if shown.covered:
        return [ft.View(route="/", bgcolor=ft.Colors.SURFACE)]
    scroll = ft.use_ref(lambda: page_frame.Scroll(lambda _: None)).current

    def set_answer(code: str | None) -> None:
        shown.answer = code

    def set_present(codes: tuple[str, ...]) -> None:
        shown.present = codes

    def set_rung(step: int | None) -> None:
        shown.rung = step

    def set_words(text: str) -> None:
        shown.words = text

    def set_name(text: str) -> None:
        shown.name = text

    def cover() -> None:
        shown.covered = True

    def stop() -> None:
        shown.stopped = True

    def breaks() -> None:
        raise RuntimeError("Ada Fernwright said")

    async def go_to(place: str) -> None:
        shown.gone_to = [*shown.gone_to, place]
        await scroll.to_key(place)

    def open_place(place: str) -> None:
        shown.gone_to = [*shown.gone_to, place]

    stood = [("answer", "Say whether the child named someone"), ("words", "Write the child's own words")]
    return [
        page_frame.page_frame(
            QUESTION,
            [
                keyed.keyed("answer", choices.radio_rows(CHOICES, chosen=shown.answer, on_choose=set_answer)),
                cards.card(
                    text.heading("Who was in the room?"),
                    choices.checkbox_rows(PEOPLE, chosen=shown.present, on_choose=set_present),
                ),
                cards.card(
                    fields.text_field("First name", value=shown.name, on_change=set_name, key="name"),
                    keyed.keyed(
                        "words",
                        fields.text_field(
                            text.optional_label("The child's own words"),
                            value=shown.words,
                            on_change=set_words,
                            hint="Write exactly what was said.",
                            lines=4,
                            problem=stood[1][1] if shown.stopped else "",
                            key="words",
                        ),
                    ),
                    fields.passphrase_field("Passphrase", on_change=lambda _: None),
                    text.quiet("Bore da · Dzień dobry · صبح بخیر · 🙂😢😡"),
                ),
                cards.card(
                    text.heading("How safe does home feel?"),
                    choices.ladder(
                        low=0,
                        high=10,
                        chosen=shown.rung,
                        on_choose=set_rung,
                        low_text="Not safe at all",
                        high_text="Very safe",
                    ),
                ),
                text.heading("Children"),
                cards.person_row("Ada Fernwright", "Aged 8", note="Seen alone 3 November", on_tap=stop),
                cards.person_row("Bo Fernwright", "Aged 10", note="Not seen yet", on_tap=stop),
                cards.nav_row("Add another child", icon=ft.Icons.ADD, on_tap=stop),
                lists.task_list(
                    [
                        lists.Task("What Ada says", "ada", "completed", "Child's voice, 7 to 11 years"),
                        lists.Task("What Bo says", "bo", "in-progress"),
                        lists.Task("Risk to Carys", "carys", "not-started"),
                        lists.Task("Home and safety", "home", "incomplete"),
                        lists.Task("Finish the visit", "finish", "cannot-start"),
                        lists.Task("Contact details", "contact", "problem"),
                    ],
                    on_open=open_place,
                ),
                lists.answer_list(
                    "Check what will be kept",
                    [
                        lists.AnswerListRow(QUESTION, "Yes", "answer"),
                        lists.AnswerListRow(
                            "The child's own words", "“I go to Nan's”", "words", "Child said"
                        ),
                        lists.AnswerListRow("Wishes", "", "wishes"),
                    ],
                    on_change=open_place,
                ),
                status.banner(
                    "Offline. Your work is safe on this phone and will send when you are back online."
                ),
                status.banner("2 sent. 1 needs your help", tone="help"),
                cards.call_card(
                    "Act today",
                    "Speak to your safeguarding lead before you leave. Write it up after.",
                    [
                        PhoneNumber("Safeguarding lead", "01632 960 118"),
                        PhoneNumber("Emergency", "999"),
                    ],
                ),
                cards.empty_state(
                    "No visits today",
                    note="Start one when you arrive.",
                    icon=ft.Icons.EVENT_AVAILABLE_OUTLINED,
                    action=buttons.secondary_button("Start a visit", stop),
                ),
                ft.Row(
                    wrap=True,
                    spacing=10,
                    run_spacing=10,
                    controls=[
                        buttons.primary_button("Save and send", stop, icon=ft.Icons.SEND_OUTLINED),
                        buttons.secondary_button("Break something", breaks),
                        buttons.quiet_button("I will come back later", stop),
                    ],
                ),
            ],
            caption="Question 3 of 24",
            training=True,
            on_back=stop,
            on_cover=cover,
            top=problems.error_summary(stood, go_to=go_to) if shown.stopped else None,
            pill=status.sync_pill(status.SyncStatus("offline", n=3), stop),
            saved=status.save_indicator("saved", at="14:02"),
            action=buttons.primary_button("Continue", stop),
            scroll=scroll,
        )
    ]
