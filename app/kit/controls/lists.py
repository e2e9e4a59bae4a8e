"""Lists: tasks with their status, answers with Change. Red is only for a problem."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import flet as ft

from app.kit import theme
from app.kit.controls.cards import chevron
from app.kit.controls.drawing_view import drawing_image
from app.kit.controls.keyed import column, row, stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import heading, quiet, text, underlined
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
    """One question and its answer as they will be kept. `answer` "" shows "Not recorded"."""

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
    words = ft.Text(say(f"task.{status}"), theme_style=theme.MARK, color=ink)
    return ft.Container(
        bgcolor=ground,
        border_radius=10,
        padding=ft.Padding.symmetric(horizontal=10 if ground else 0, vertical=4),
        content=row(ft.Icon(icon, size=20, color=ink), words, spacing=6, tight=True),
    )


def answer_list(
    title: str, rows: Sequence[AnswerListRow], *, on_change: Callable[[str], object] | None
) -> ft.Control:
    """Answers of one section to look over, each with Change. Without `on_change` they only show."""
    sheet = _sheet([_answer_row(answer, on_change) for answer in rows])
    return stack(heading(title) if title else None, sheet)


def _task_row(task: Task, on_open: Callable[[str], object]) -> ft.Control:
    can_start = task.status != "cannot-start"
    note, mark = quiet(task.note) if task.note else None, status_mark(task.status)
    lines = column(text(task.text, strong=True), note, mark, spacing=6, expand=True)
    looks = row(lines, chevron() if can_start else None, spacing=12)
    if not can_start:
        return ft.Container(padding=ft.Padding.symmetric(horizontal=18, vertical=14), content=looks)
    return tappable(
        ". ".join(part for part in (task.text, task.note, say(f"task.{task.status}")) if part),
        looks,
        lambda: on_open(task.target),
        radius=0,
        padding=(18, 14),
        identifier=f"task-{task.target}",
    )


def _answer_row(answer: AnswerListRow, on_change: Callable[[str], object] | None) -> ft.Control:
    is_blank, paper = not answer.answer, answer.drawing
    shown, colour = answer.answer, None
    if is_blank:
        shown, colour = say("label.not-recorded"), ft.Colors.ON_SURFACE_VARIANT
    said = ft.Text(shown, theme_style=theme.BODY, italic=is_blank, color=colour)
    words = column(
        quiet(answer.question),
        said,
        drawing_image(paper) if paper is not None else None,
        quiet(say("draw.not-read")) if paper is not None else None,
        quiet(answer.note) if answer.note else None,
        spacing=4,
        expand=True,
    )
    return ft.Container(
        padding=ft.Padding.only(left=18, right=8, top=4, bottom=4),
        content=row(
            ft.Container(expand=True, padding=ft.Padding.symmetric(vertical=10), content=words),
            _change(answer, on_change) if on_change is not None else None,
            spacing=8,
            top=True,
        ),
    )


def _change(answer: AnswerListRow, on_change: Callable[[str], object]) -> ft.Control:
    return tappable(
        f"{say('action.change')}: {answer.question}",
        underlined(say("action.change")),
        lambda: on_change(answer.target),
        kind="link",
        padding=(10, 10),
        min_height=theme.TOUCH_TARGET,
        fill=False,
        identifier=f"change-{answer.target}",
    )


def _sheet(rows: Sequence[ft.Control]) -> ft.Control:
    """Rows on one white block, with a thin line between them."""
    line = partial(ft.Divider, height=1, thickness=1, color=ft.Colors.OUTLINE_VARIANT)
    lined = [part for drawn in rows for part in (line(), drawn)][1:]
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border_radius=theme.CARD_RADIUS,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        content=stack(*lined, spacing=0),
    )


def bullet_list(sentences: list[str]) -> ft.Control | None:
    """Short lines with a mark each."""
    return stack(*map(_bullet, sentences)) if sentences else None


def _bullet(words: str) -> ft.Control:
    dot = ft.Icon(ft.Icons.CIRCLE, size=9, color=ft.Colors.PRIMARY)
    mark = ft.Container(padding=ft.Padding.only(top=9), content=dot)
    return row(mark, ft.Container(expand=True, content=text(words)), top=True)
