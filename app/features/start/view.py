"""The pages before there is anything to unlock. A passphrase stands in the fields and nowhere else."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import flet as ft

from app.core.controller import AppController, AppState
from app.core.runtime import SalvageReport
from app.core.state import FIRST_AUTHOR
from app.features.shared.page import busy_indicator, centred_page, cover_key_hint, guarded_page, use_scroll
from app.kit.controls.buttons import primary_button, secondary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed
from app.kit.controls.page_frame import page_frame
from app.kit.controls.status import banner
from app.kit.controls.text import heading, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.forms.secret_field import secret_field
from app.kit.hooks import use_ref, use_state
from app.kit.messages import say, say_error
from assessments.casework.records import parse_role
from assessments.definitions.definition import ROLES, Role
from assessments.errors import WeakPassphrase, WrenError

_DRAFT_KEY = "set-up"
# What the service takes as a name: it travels in clear.
_SHORT_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NO_ROLE: str = ""
_LOCAL_SERVICE = "http://127.0.0.1:8765"
_NO_PROBLEMS: dict[str, str] = {}


def starting_page() -> ft.View:
    """The store is being opened."""
    return centred_page(say("app.name"), [busy_indicator(say("start.opening"))])


def store_fault_page(
    words: str, on_try: Callable[[], object], on_mend: Callable[[], object] | None = None
) -> ft.View:
    """The store does not open: what happened, that nothing is lost, and what to do."""
    return centred_page(
        say("fault.title"),
        [
            banner(words, tone="help"),
            text(say("fault.kept")),
            primary_button(say("action.try-again"), on_try, fill=True),
            text(say("fault.mend")) if on_mend else None,
            secondary_button(say("action.mend"), on_mend) if on_mend else None,
        ],
    )


def salvage_report_page(lines: Sequence[str], on_go: Callable[[], object]) -> ft.View:
    """What came back of a damaged store."""
    return centred_page(
        say("salvage.title"),
        [
            *(text(line) for line in lines),
            primary_button(say("action.continue"), on_go, fill=True),
        ],
    )


def describe_salvage(salvaged: SalvageReport) -> tuple[str, ...]:
    """What came back, in words."""
    rows = salvaged.rows
    return (
        say("salvage.households", n=rows.get("household", 0)),
        say("salvage.people", n=rows.get("person", 0)),
        say("salvage.records", n=rows.get("assessment", 0)),
        say("salvage.copies", n=salvaged.completion_count),
        say("salvage.pages", n=salvaged.damaged_pages),
        say("salvage.aside", folder=salvaged.quarantine.name),
        say("salvage.next"),
    )


@dataclass(frozen=True, slots=True, repr=False)
class SetUpForm:
    """What stands on the page so far. It never shows itself: it holds what opens Wren."""

    secret: str = ""
    secret_again: str = ""
    author: str = FIRST_AUTHOR
    role: Role | None = None
    service: str = _LOCAL_SERVICE

    def validate(self, kind: str, *, with_words: bool) -> dict[str, str]:
        """What is still wanting, by the place on the page."""
        found = {}
        if with_words and not _SHORT_NAME.fullmatch(self.author):
            found["author"] = say("set-up.problem.alias")
        if with_words and self.secret != self.secret_again:
            found["again"] = say(f"set-up.problem.{kind}-differs")
        if self.role is None:
            found["role"] = say("set-up.problem.role")
        if not self.service.strip():
            found["service"] = say("set-up.problem.service")
        return found


@guarded_page
def set_up_page(model: AppState, actions: AppController) -> ft.View:
    """Choose the words, say what work it is for, and meet the service. A second person has a short name."""
    needs_words, kind = not actions.session.is_unlocked, model.credential_kind
    is_joining = needs_words and bool(model.authors)
    kept = actions.autosave.screen_drafts.get(_DRAFT_KEY)
    begun = kept if isinstance(kept, Mapping) else {}
    chosen = use_ref(
        SetUpForm(
            author=str(begun.get("author", "" if is_joining else FIRST_AUTHOR)),
            role=parse_role(str(begun.get("role") or "")),
            service=str(begun.get("service", actions.session.service_url or _LOCAL_SERVICE)),
        )
    )
    role, show_role = use_state(chosen.current.role or _NO_ROLE)
    problems, show_problems = use_state(_NO_PROBLEMS)
    busy, be_busy = use_state(False)
    scroll = use_scroll(actions)

    def note(**what: Any) -> None:
        chosen.current = now = replace(chosen.current, **what)
        # The words are never held anywhere but here.
        actions.autosave.set_screen_draft(
            _DRAFT_KEY, {"author": now.author, "role": now.role, "service": now.service}
        )

    def choose_role(code: str | None) -> None:
        note(role=code)
        show_role(code or "")

    async def go() -> None:
        wanted = chosen.current
        found = wanted.validate(kind, with_words=needs_words)
        if not found and wanted.role is not None:
            be_busy(True)
            try:
                await actions.session.set_up(
                    wanted.secret, wanted.role, wanted.service.strip(), wanted.author
                )
                return
            except WrenError as error:
                found = {_field_of_error(error): say_error(error)}
            finally:
                be_busy(False)
        show_problems(found)
        await scroll.to_offset(0)

    def letters(place: str, label: str, value: str, hint: str) -> ft.Control:
        return text_field(
            label,
            value=value,
            on_change=lambda words: note(**{place: words.strip() if place == "author" else words}),
            hint=hint,
            problem=problems.get(place, ""),
            keyboard=ft.KeyboardType.URL if place == "service" else ft.KeyboardType.TEXT,
            key=place,
        )

    def secret(place: str, field: str, label: str, hint: str = "") -> ft.Control:
        problem = problems.get(place, "")
        own = secret_field(
            kind, label, on_change=lambda words: note(**{field: words}), hint=hint, problem=problem
        )
        return keyed(place, own)

    said, now = "join" if is_joining else "set-up", chosen.current
    secrets: list[ft.Control] = [text(say(f"set-up.{kind}-done"))]
    if needs_words:
        secrets = [
            text(say(f"set-up.{kind}-lead")),
            secret("words", "secret", say(f"unlock.{kind}"), say(f"set-up.{kind}-hint")),
            secret("again", "secret_again", say("set-up.again")),
        ]
    return page_frame(
        say(f"{said}.title"),
        [
            text(say(f"{said}.lead")),
            keyed("author", card(letters("author", say("join.alias"), now.author, say("join.alias-hint"))))
            if is_joining
            else None,
            card(heading(say(f"set-up.{kind}-title")), *secrets),
            keyed(
                "role",
                card(
                    heading(say("set-up.role")),
                    problem_line(problems["role"]) if "role" in problems else None,
                    radio_rows(
                        [Choice(code, say(f"role.{code}")) for code in ROLES],
                        chosen=role,
                        on_choose=choose_role,
                        clear=False,
                    ),
                ),
            ),
            card(
                keyed(
                    "service",
                    letters("service", say("set-up.service"), now.service, say("set-up.service-hint")),
                )
            ),
            cover_key_hint(),
        ],
        on_cover=None,
        on_back=actions.session.show_unlock if is_joining else None,
        top=error_summary(list(problems.items()), go_to=scroll.to_key),
        action=busy_indicator(say("set-up.busy")) if busy else primary_button(say("action.set-up"), go),
        scroll=scroll,
        key="set-up",
    )


def _field_of_error(error: WrenError) -> str:
    """Beside which field an error belongs."""
    if isinstance(error, WeakPassphrase):
        return "words"
    return "author" if error.code in ("alias-taken", "name") else "service"
