"""Fill a tool on the screen as a person does, with the engine beside to say what should be there.

There is a way to answer every kind of question. Answers are entered as given, wherever the engine says
that a question is shown; whether they are good is for the caller.

    fill(app, "risk-24", {"injury": "yes", "injury.detail": "A push on the stairs."})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from typing import Any

from playwright.sync_api import Locator, expect

from app.kit.messages import say
from assessments.definitions import catalogue
from assessments.definitions.definition import Item
from assessments.definitions.drawing import CANVAS_WIDTH, Drawing, Point, Sticker, Stroke
from assessments.engine import form as forms
from assessments.engine.answers import AnswerEntry, NotAnswered, PlacedPerson, VerbatimLine, from_plain
from assessments.engine.scoring import ScoringContext
from tests.app.browser import Browser
from tests.e2e.paper import Paper

# Below this a heading stands clear of the bar at the top.
_BAR = 60


def fill(
    app: Browser,
    tool_id: str,
    answers: Mapping[str, Any],
    *,
    see: Callable[[str], None] = lambda _heading: None,
    after: Callable[[str], None] = lambda _link_id: None,
) -> forms.Form:
    """Answer what is named, page by page, to the check page. Gives the form as it should be.

    `see` is called with each page's heading before it is answered, `after` with each item answered.
    """
    tool = catalogue.load_tool(tool_id)
    form = forms.open_form(tool, catalogue.load_area().rules_for(tool_id), ScoringContext(on=date.today()))
    page = 0
    while page < len(forms.list_pages(form)):
        shown = forms.list_pages(form)[page]
        app.expect_text(_heading(shown))
        see(_heading(shown))
        # One at a time: an answer may open the question below it.
        while item := _waiting(form, page, answers):
            entry = from_plain(item, answers[item.link_id])
            _Hand(app, item, is_lead=_is_lead(shown, item)).enter(entry)
            form = forms.update(form, forms.AnswerEntered(item.link_id, entry)).form
            after(item.link_id)
        app.press(say("action.continue"))
        page += 1
    return form


def _waiting(form: forms.Form, page: int, answers: Mapping[str, Any]) -> Item | None:
    """The first question of a page that has an answer here and none yet there."""
    for item in _on(forms.list_pages(form)[page].items):
        is_open = item.link_id in form.visible and item.link_id not in form.entries
        if item.link_id in answers and is_open:
            return item
    return None


def _heading(page: forms.FormPage) -> str:
    return page.items[0].text if page.section.pages == "each" else page.section.text


def _is_lead(page: forms.FormPage, item: Item) -> bool:
    """Whether the page's own heading is this question."""
    return item is page.items[0] and (page.section.pages == "each" or page.section is item)


def _on(items: tuple[Item, ...]) -> Iterator[Item]:
    """The items of a page in their order. What stands in rows is entered with its group."""
    for item in items:
        yield item
        if not item.repeats:
            yield from _on(item.items)


def _part_of(drawing: Drawing, point: Point) -> tuple[float, float]:
    """Where a point lies, in parts of the paper's width and height."""
    return point[0] / CANVAS_WIDTH, point[1] / drawing.height


class _Hand:
    """Enters one item. Where a page has several "Yes", the one below this question is meant."""

    def __init__(self, app: Browser, item: Item, *, is_lead: bool) -> None:
        self.app, self.item, self._is_lead = app, item, is_lead
        # The pen, colour or sticker in hand on a paper; none is known to begin with.
        self._tools: set[str] = set()

    def enter(self, entry: AnswerEntry) -> None:
        self._show()
        if isinstance(entry, NotAnswered):
            self._absent(entry)
            return
        value: Any = entry.value
        match self.item.type:
            case "choice":
                self._choose(value)
            case "choices":
                for code in value:
                    self._choose(code)
            case "integer" if self.item.low_text:
                self._step(value)
            case "text" | "integer" | "decimal":
                self._type(f"{value}")
            case "date":
                day = date.fromisoformat(value)
                self._type(f"{day.day} {day.month} {day.year}")
            case "time":
                self._type(time.fromisoformat(value).strftime("%H:%M"))
            case "words":
                self._lines(value)
            case "people":
                self._place(value)
            case "drawing":
                self._draw(value)
            case "group":
                self._rows(value)
            case other:
                raise AssertionError(f"no hand for {other}")

    @property
    def label(self) -> str:
        """The question as it stands on the page."""
        item = self.item
        return item.text if item.required or item.for_child else say("label.optional", label=item.text)

    @property
    def _has_heading(self) -> bool:
        return not self._is_lead and self.item.type in ("choice", "choices", "words", "people")

    def _show(self) -> None:
        """Bring the question near the top, so that all its rows are there to be found."""
        if not self._has_heading:
            return
        self.app.look_for(self._question)
        at = self._height_of(self._question)
        if at is not None and not _BAR < at < 3 * _BAR:
            self.app.scroll(round(at - 2 * _BAR))

    @property
    def _question(self) -> Locator:
        return self.app.page.get_by_role("heading", name=self.label, exact=True).last

    def _height_of(self, node: Locator) -> float | None:
        """How far down the page a node stands, once it stands still; None when it is off the page."""
        before = None
        for _ in range(20):
            box = node.bounding_box() if node.count() else None
            if box is None or box["y"] == before:
                return before
            before = box["y"]
            self.app.wait_frames(3)
        return before

    def _lower(self, found: Locator) -> Locator:
        """The first of these that stands below the question."""
        self.app.look_for(found.first)
        below = self._height_of(self._question) if self._has_heading else None
        for at in range(found.count()):
            height = self._height_of(found.nth(at))
            if below is None or (height is not None and height > below):
                return found.nth(at)
        return found.last

    def _tick(self, name: str, *, stays: bool = True) -> None:
        row = self._lower(self.app.page.get_by_role("checkbox", name=name, exact=True))
        # Flutter drops a tap that follows a real mouse event too closely.
        self.app.wait_frames(3)
        row.dispatch_event("click")
        if stays:
            expect(row).to_have_attribute("aria-checked", "true")

    def _choose(self, code: str) -> None:
        option = self.item.option(code)
        assert option is not None
        self._tick(f"{option.text}. {option.hint}" if option.hint else option.text)

    def _step(self, step: int) -> None:
        item, words = self.item, ""
        if step == item.maximum:
            words = f", {item.high_text}"
        elif step == item.minimum:
            words = f", {item.low_text}"
        self._tick(say("label.ladder-step", n=step, of=item.maximum) + words)

    def _type(self, text: str, label: str = "") -> None:
        """Type into the field below this question, and make sure that it stayed."""
        for _ in range(5):
            field = self._lower(self.app.field(label or self.label))
            field.focus()
            # Flutter listens to a field some frames after it has the focus.
            self.app.wait_frames(4)
            field.fill(text)
            self.app.wait_frames(6)
            if field.input_value() == text:
                return
        raise AssertionError(f"the field did not keep what was typed: {self.item.link_id}")

    def _lines(self, lines: tuple[VerbatimLine, ...]) -> None:
        for at, line in enumerate(lines):
            if at:
                self.app.press(say("words.add"))
            label = say("words.line", n=at + 1) if at else say("words.exact")
            self._type(line.words, label)
            self._tick(say(f"origin.choice.{line.origin}"))

    def _place(self, people: tuple[PlacedPerson, ...]) -> None:
        for person in people:
            self._type(person.who, say("people.name"))
            ring = self.item.option(person.place)
            assert ring is not None
            # The rows go as soon as the person has a place.
            self._tick(ring.text, stays=False)
            self.app.expect_text(say("people.move", who=person.who))

    def _draw(self, drawing: Drawing) -> None:
        """Make each line and put each sticker again, with the pen and the colour that it has."""
        for step in drawing.steps:
            assert isinstance(step, Stroke | Sticker), "this hand draws and puts"
            if isinstance(step, Stroke):
                self._take_up(f"draw.{step.width}", f"draw.colour.{step.colour}")
                Paper(self.app).draw(tuple(_part_of(drawing, point) for point in step.points))
            else:
                self._take_up("draw.stickers", f"draw.sticker.{step.kind}")
                Paper(self.app).tap(*_part_of(drawing, step.at))

    def _take_up(self, *tools: str) -> None:
        for tool in tools:
            if tool not in self._tools:
                self._tick(say(tool))
        self._tools = set(tools)

    def _rows(self, rows: tuple[Mapping[str, AnswerEntry], ...]) -> None:
        # Every row has the same labels: a second one could not be told from the first.
        assert len(rows) == 1, "this hand fills one row"
        self.app.press(say("rows.add", row=self.item.row_name))
        self.app.expect_text(say("rows.name", row=self.item.row_name, n=1))
        for inner in _on(self.item.items):
            if inner.link_id in rows[0]:
                _Hand(self.app, inner, is_lead=False).enter(rows[0][inner.link_id])

    def _absent(self, why: NotAnswered) -> None:
        words = dict(self.item.state_words).get(why.state) or say(f"state.{why.state}")
        self._tick(words)
        if why.reason:
            self._tick(say(f"reason.choice.{why.reason}"))
        if why.note:
            self._type(why.note, say("label.optional", label=say("reason.note")))
