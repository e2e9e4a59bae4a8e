"""Fill a tool on the screen as a person does, with the engine beside to say what should be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from app.messages import say
from assessments import catalogue
from assessments.definition import Item
from assessments.engine import form as forms
from assessments.engine.answers import from_plain
from assessments.engine.scoring import Context
from tests.app.browser import Browser


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
    tool = catalogue.load(tool_id)
    form = forms.begin(tool, catalogue.load_area().rules_for(tool_id), Context(on=date.today()))
    page = 0
    while page < len(forms.pages(form)):
        shown = forms.pages(form)[page]
        app.expect_text(_heading(shown))
        see(_heading(shown))
        # Twice: an answer may open the question below it.
        for _ in range(2):
            for link_id in _on(forms.pages(form)[page]):
                if link_id in answers and link_id in form.visible and link_id not in form.entries:
                    item = tool.index[link_id]
                    _enter(app, item, answers[link_id])
                    entry = from_plain(item, answers[link_id])
                    form = forms.update(form, forms.Entered(link_id, entry)).form
                    after(link_id)
        app.press("Continue")
        page += 1
    return form


def _heading(page: forms.Page) -> str:
    return page.items[0].text if page.section.pages == "each" else page.section.text


def _on(page: forms.Page) -> list[str]:
    found: list[str] = []

    def walk(items: tuple[Item, ...]) -> None:
        for item in items:
            found.append(item.link_id)
            walk(item.items)

    walk(page.items)
    return found


def _enter(app: Browser, item: Item, value: Any) -> None:
    match item.type:
        case "choice":
            option = item.option(value)
            assert option is not None
            app.check(option.text, exact=False)
        case "choices":
            for code in value:
                option = item.option(code)
                assert option is not None
                app.check(option.text, exact=False)
        case "text":
            label = item.text if item.required else say("label.optional", label=item.text)
            app.fill(label, value)
        case "integer":
            app.press(f"{value}", exact=False, role="checkbox")
        case _:
            raise AssertionError(f"no hand for {item.type}")
