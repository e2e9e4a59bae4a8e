"""What stands in the way on a page, as sentences with the place each belongs to: findings of the engine, and
drafts that are no answer yet. What is missing is no problem: the check page lists it.
"""

from collections.abc import Iterable, Mapping

from app.core.plain import Json
from app.features.assess.items.drafts import GroupDraft, ItemDraft, draft_from_plain
from app.features.assess.items.exact_words import lacks_origin
from app.features.assess.items.people_map import lacks_place
from app.kit.messages import has_message, say
from assessments.definitions.definition import Item, walk_items
from assessments.engine.answers import Finding, NotAnswered
from assessments.engine.form import Form
from assessments.engine.validation import validate_entry

_UNREADABLE_CODES = {"date": "day", "time": "time", "integer": "number", "decimal": "number"}


def page_problems(form: Form, drafts: Mapping[str, Json], items: Iterable[Item]) -> list[tuple[str, str]]:
    """List every problem of these items and what is below them, in the order of the tool."""
    found: list[tuple[str, str]] = []
    for item in walk_items(tuple(items)):
        if item.link_id in form.visible:
            found += [(item.link_id, words) for words in _item_problems(form, drafts, item)]
    return found


def all_problems(form: Form, drafts: Mapping[str, Json]) -> list[tuple[str, str]]:
    """List every problem of the whole form, its rows and its judgement included."""
    found = page_problems(form, drafts, form.instrument.items)
    index = form.instrument.index
    named = {inner.link_id for place, _ in found for inner in walk_items((index[place],))}
    for finding in form.findings:
        if finding.severity == "error" and finding.link_id not in named:
            item = index.get(finding.link_id)
            words = _with_question(item.text if item else "", _describe_problem(finding))
            found.append((finding.link_id or "judgement", words))
    return found


def _item_problems(form: Form, drafts: Mapping[str, Json], item: Item) -> list[str]:
    entry = form.entries.get(item.link_id)
    sentences = []
    if not isinstance(entry, NotAnswered) and (
        code := _draft_problem_code(item, draft_from_plain(item, drafts.get(item.link_id)))
    ):
        sentences.append(say(f"problem.{code}"))
    if entry is not None:
        inside = {inner.link_id for inner in walk_items(item.items)}
        rows = [finding for finding in form.findings if finding.link_id in inside]
        found = rows if item.repeats else validate_entry(item, entry)
        sentences += [_describe_problem(finding) for finding in found if finding.severity == "error"]
    return [_with_question(item.text, sentence) for sentence in sentences]


def _draft_problem_code(item: Item, draft: ItemDraft | None) -> str:
    if draft is None:
        return ""
    if item.type == "words":
        return "origin" if lacks_origin(draft) else ""
    if item.type == "people":
        return "place" if lacks_place(draft) else ""
    if isinstance(draft, GroupDraft):
        known = {inner.link_id: inner for inner in walk_items(item.items)}
        codes = (
            _draft_problem_code(known[link_id], inner)
            for (_, link_id), inner in draft.drafts.items()
            if link_id in known
        )
        return next((code for code in codes if code), "")
    return _UNREADABLE_CODES.get(item.type, "")


def _describe_problem(finding: Finding) -> str:
    code = f"problem.{finding.code}"
    return say(code, **finding.data) if has_message(code) else say("problem.other")


def _with_question(question: str, sentence: str) -> str:
    return say("problem.at", question=question, problem=sentence) if question else sentence
