"""Lists: tasks with their status, answers with Change.

A task has one of six statuses; red is only for a problem.

    task_list([Task("Ada", "child-voice", "in-progress")], on_open=open_task)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import flet as ft

from app.kit import theme
from app.kit.controls.drawing_view import drawing_image
from app.kit.controls.tappable import tappable
from app.kit.controls.text import heading, quiet, text
from app.kit.messages import say
from assessments.definitions.drawing import Drawing

TaskStatus = Literal["not-started", "in-progress", "incomplete", "completed", "cannot-start", "problem"]

_STATUS_LOOKS: dict[TaskStatus, tuple[ft.IconData, str, str | None]] = {
    "not-started": (ft.Icons.CIRCLE_OUTLINED, ft.Colors.ON_TERTIARY_CONTAINER, ft.Colors.TERTIARY_CONTAINER),
    "in-progress": (ft.Icons.EDIT_OUTLINED, ft.Colors.ON_SECONDARY_CONTAINER, ft.Colors.SECONDARY_CONTAINER),
    "incomplete": (ft.Icons.PENDING_OUTLINED, ft.Colors.ON_TERTIARY_FIXED, ft.Colors.TERTIARY_FIXED),
    "completed": (ft.Icons.CHECK, ft.Colors.ON_SURFACE, None),
    "cannot-start": (ft.Icons.LOCK_CLOCK_OUTLINED, ft.Colors.ON_SURFACE_VARIANT, None),
    "problem": (ft.Icons.ERROR_OUTLINE, ft.Colors.ON_ERROR_CONTAINER, ft.Colors.ERROR_CONTAINER),
}


@dataclass(frozen=True, slots=True, repr=False)
class Task:
    """One row of work: its words, its place (given back when tapped), how it stands, and a note."""

    text: str
    target: str
    status: TaskStatus
    note: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class AnswerListRow:
    """One question and its answer as they will be kept. `answer` "" shows "Not recorded".

    `drawing` stands below the answer, and that nobody reads anything into it.
    """

    question: str
    answer: str
    target: str
    note: str = ""
    drawing: Drawing | None = None


def task_list(tasks: Sequence[Task], *, on_open: Callable[[str], object]) -> ft.Control:
    """Rows to do in any order; the whole row can be tapped unless it cannot start yet."""
    return _sheet([_task_row(task, on_open) for task in tasks])


def status_mark(status: TaskStatus) -> ft.Control:
    """The status as an icon and words; colour only helps."""
    icon, ink, ground = _STATUS_LOOKS[status]
    return ft.Container(
        bgcolor=ground,
        border_radius=10,
        padding=ft.Padding.symmetric(horizontal=10 if ground else 0, vertical=4),
        content=ft.Row(
            tight=True,
            spacing=6,
            controls=[
                ft.Icon(icon, size=20, color=ink),
                ft.Text(say(f"task.{status}"), theme_style=theme.MARK, color=ink),
            ],
        ),
    )


def answer_list(
    title: str, rows: Sequence[AnswerListRow], *, on_change: Callable[[str], object] | None
) -> ft.Control:
    """Answers of one section to look over, each with Change. Without `on_change` they only show."""
    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            *([heading(title)] if title else []),
            _sheet([_answer_row(row, on_change) for row in rows]),
        ],
    )


def _task_row(task: Task, on_open: Callable[[str], object]) -> ft.Control:
    looks = ft.Row(
        spacing=12,
        controls=[
            ft.Column(
                tight=True,
                spacing=6,
                expand=True,
                controls=[
                    ft.Text(task.text, theme_style=theme.LEAD),
                    *([quiet(task.note)] if task.note else []),
                    status_mark(task.status),
                ],
            ),
            *(
                [ft.Icon(ft.Icons.CHEVRON_RIGHT, size=26, color=ft.Colors.ON_SURFACE_VARIANT)]
                if task.status != "cannot-start"
                else []
            ),
        ],
    )
    name = ". ".join(part for part in (task.text, task.note, say(f"task.{task.status}")) if part)
    if task.status == "cannot-start":
        return ft.Container(padding=ft.Padding.symmetric(horizontal=18, vertical=14), content=looks)
    return tappable(
        name,
        looks,
        lambda: on_open(task.target),
        radius=0,
        padding=(18, 14),
        identifier=f"task-{task.target}",
    )


def _answer_row(row: AnswerListRow, on_change: Callable[[str], object] | None) -> ft.Control:
    blank = not row.answer
    words = ft.Column(
        tight=True,
        spacing=4,
        expand=True,
        controls=[
            quiet(row.question),
            ft.Text(
                say("label.not-recorded") if blank else row.answer,
                theme_style=theme.BODY,
                italic=blank,
                color=ft.Colors.ON_SURFACE_VARIANT if blank else None,
            ),
            *([drawing_image(row.drawing), quiet(say("draw.not-read"))] if row.drawing is not None else []),
            *([quiet(row.note)] if row.note else []),
        ],
    )
    return ft.Container(
        padding=ft.Padding.only(left=18, right=8, top=4, bottom=4),
        content=ft.Row(
            spacing=8,
            vertical_alignment=ft.CrossAxisAlignment.START,
            controls=[
                ft.Container(expand=True, padding=ft.Padding.symmetric(vertical=10), content=words),
                *([_change(row, on_change)] if on_change is not None else []),
            ],
        ),
    )


def _change(row: AnswerListRow, on_change: Callable[[str], object]) -> ft.Control:
    looks = ft.Text(
        say("action.change"),
        theme_style=theme.ACTION,
        color=ft.Colors.PRIMARY,
        style=ft.TextStyle(decoration=ft.TextDecoration.UNDERLINE, decoration_color=ft.Colors.PRIMARY),
    )
    return tappable(
        f"{say('action.change')}: {row.question}",
        looks,
        lambda: on_change(row.target),
        kind="link",
        padding=(10, 10),
        min_height=theme.TOUCH_TARGET,
        fill=False,
        identifier=f"change-{row.target}",
    )


def _sheet(rows: Sequence[ft.Control]) -> ft.Control:
    """Rows on one white block, with a thin line between them."""
    lined: list[ft.Control] = []
    for index, row in enumerate(rows):
        if index:
            lined.append(ft.Divider(height=1, thickness=1, color=ft.Colors.OUTLINE_VARIANT))
        lined.append(row)
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border_radius=theme.CARD_RADIUS,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        content=ft.Column(
            tight=True, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, controls=lined
        ),
    )


def bullet_list(sentences: list[str]) -> ft.Control | None:
    """Short lines with a mark each."""
    if not sentences:
        return None
    return ft.Column(
        tight=True,
        spacing=8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        controls=[
            ft.Row(
                spacing=10,
                vertical_alignment=ft.CrossAxisAlignment.START,
                controls=[
                    ft.Container(
                        padding=ft.Padding.only(top=9),
                        content=ft.Icon(ft.Icons.CIRCLE, size=9, color=ft.Colors.PRIMARY),
                    ),
                    ft.Container(expand=True, content=text(words)),
                ],
            )
            for words in sentences
        ],
    )
