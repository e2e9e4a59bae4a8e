"""Form: the running state of one tool being filled, and its pure `update`.

`update(form, event)` gives the next form and the effects to run. It never raises on what a person
does. Entries of items that become hidden stay in `entries`, take no part in rules, counts and
output, and come back when the item does.

    form = open_form(instrument, rules, context)
    update(form, AnswerEntered("injury", Answered("yes")))    # FormUpdate(form, (SaveAnswer(...),))
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assessments.definitions.area_settings import AreaRules
from assessments.definitions.definition import Instrument, Item
from assessments.engine import answers as a
from assessments.engine.enablement import find_visible_items
from assessments.engine.scoring import HistoryStatus, Judgement, ScoringContext, ScoringResult, score
from assessments.engine.validation import find_missing_answers, validate_answers
from assessments.errors import BadAnswer, UnknownItem


@dataclass(frozen=True, slots=True)
class AnswerEntered:
    """A person gave an entry for an item: an answer, or why there is none."""

    link_id: str
    entry: a.AnswerEntry


@dataclass(frozen=True, slots=True)
class AnswerCleared:
    """A person took an entry back: the item is not reached again."""

    link_id: str


@dataclass(frozen=True, slots=True, repr=False)
class PageChanged:
    """A person went to a page, counted from 0 among the pages shown."""

    page: int


@dataclass(frozen=True, slots=True)
class JudgementGiven:
    """A practitioner gave, or took back, an own grade with a reason."""

    judgement: Judgement | None


@dataclass(frozen=True, slots=True, repr=False)
class HistoryAnswered:
    """A practitioner said whether the history was seen. It can be changed, not taken back."""

    history: HistoryStatus
    why: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class SupplementDeferred:
    """A tool that the answers call for is not done now, with the reason; "" takes that back."""

    tool: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhraseKept:
    """A practitioner keeps a phrase in the text of an item; `code` is its code in `language.toml`."""

    link_id: str
    code: str


@dataclass(frozen=True, slots=True)
class CompletionRequested:
    """A person asked to complete the form."""


@dataclass(frozen=True, slots=True)
class FormStopped:
    """A person ended the form early; its entries stay."""


FormEvent = (
    AnswerEntered
    | AnswerCleared
    | PageChanged
    | JudgementGiven
    | HistoryAnswered
    | SupplementDeferred
    | PhraseKept
    | CompletionRequested
    | FormStopped
)


@dataclass(frozen=True, slots=True, repr=False)
class SaveAnswer:
    """Keep one entry in its plain form; None when it was taken back."""

    link_id: str
    plain: Any


@dataclass(frozen=True, slots=True, repr=False)
class SaveKeptPhrases:
    """Keep the codes of the phrases that stay as they are in one item."""

    link_id: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompleteForm:
    """Sign, seal and commit: the form can be completed."""


@dataclass(frozen=True, slots=True, repr=False)
class ShowProblems:
    """Show what is missing and what is wrong."""

    missing: tuple[str, ...]
    findings: tuple[a.Finding, ...]


@dataclass(frozen=True, slots=True)
class SaveStoppedForm:
    """Keep the form with the status "stopped"."""


# What is kept as it was given is its own effect: the event says all that there is to save.
FormEffect = (
    SaveAnswer
    | JudgementGiven
    | HistoryAnswered
    | SupplementDeferred
    | SaveKeptPhrases
    | CompleteForm
    | ShowProblems
    | SaveStoppedForm
)


@dataclass(frozen=True, slots=True)
class Form:
    """One tool, its entries so far and the page shown. `visible` follows from the entries."""

    instrument: Instrument
    rules: AreaRules
    context: ScoringContext
    entries: Mapping[str, a.AnswerEntry] = field(default_factory=dict)
    visible: tuple[str, ...] = ()
    page: int = 0
    status: str = "in-progress"

    def __repr__(self) -> str:
        return f"<Form {self.instrument.id} {self.status}>"

    @property
    def answers(self) -> dict[str, a.AnswerEntry]:
        """The entries of items that are shown: what rules, counts and outputs see."""
        return {link_id: self.entries[link_id] for link_id in self.visible if link_id in self.entries}

    @property
    def hidden(self) -> dict[str, a.AnswerEntry]:
        """Entries kept for items that are not shown now."""
        seen = frozenset(self.visible)
        return {link_id: entry for link_id, entry in self.entries.items() if link_id not in seen}

    @property
    def missing(self) -> tuple[str, ...]:
        """link_ids of the shown items that need an entry and have none."""
        return find_missing_answers(self.instrument, self.entries, self.visible)

    @property
    def result(self) -> ScoringResult:
        """The result of the current entries."""
        return score(self.instrument, self.rules, self.entries, self.visible, self.context)

    @property
    def findings(self) -> tuple[a.Finding, ...]:
        """What validation and scoring found on the current entries."""
        return (*validate_answers(self.instrument, self.entries, self.visible), *self.result.findings)

    @property
    def can_complete(self) -> bool:
        """Whether nothing is missing and there is no error."""
        return not self.missing and not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True, repr=False)
class FormUpdate:
    """The next form, and what is to be done."""

    form: Form
    effects: tuple[FormEffect, ...] = ()


def open_form(
    instrument: Instrument,
    rules: AreaRules,
    context: ScoringContext,
    entries: Mapping[str, a.AnswerEntry] | None = None,
) -> Form:
    """Open a form, empty or with the entries it had. Nothing is pre-selected, ever."""
    kept = dict(entries or {})
    return Form(instrument, rules, context, kept, find_visible_items(instrument, kept))


def update(form: Form, event: FormEvent) -> FormUpdate:
    """Return the form after an event, with the effects to run.

    An entry for an item that is not shown, or that has no entries, is not taken: the form is
    unchanged. A completed or stopped form takes nothing more.
    """
    if form.status != "in-progress":
        return FormUpdate(form)
    context = form.context
    match event:
        case AnswerEntered(link_id, entry):
            if not _accepts_entry(form, link_id):
                return FormUpdate(form)
            changed = _with_entries(form, {**form.entries, link_id: entry})
            return FormUpdate(changed, (SaveAnswer(link_id, a.to_plain(entry)),))
        case AnswerCleared(link_id):
            if link_id not in form.entries or not _accepts_entry(form, link_id):
                return FormUpdate(form)
            rest = {key: entry for key, entry in form.entries.items() if key != link_id}
            return FormUpdate(_with_entries(form, rest), (SaveAnswer(link_id, None),))
        case PageChanged(page):
            return FormUpdate(replace(form, page=max(0, min(page, len(list_pages(form)) - 1))))
        case JudgementGiven(judgement):
            return _with_context(form, replace(context, judgement=judgement), event)
        case HistoryAnswered(history, why):
            return _with_context(form, replace(context, history=history, history_why=why), event)
        case SupplementDeferred(tool, reason):
            others = tuple(found for found in context.not_done if found[0] != tool)
            not_done = (*others, (tool, reason)) if reason.strip() else others
            deferral = replace(event, reason=reason.strip())
            return _with_context(form, replace(context, not_done=not_done), deferral)
        case PhraseKept(link_id, code):
            kept = dict(context.kept_phrases)
            codes = tuple(sorted({*kept.get(link_id, ()), code}))
            phrases = tuple(sorted({**kept, link_id: codes}.items()))
            return _with_context(
                form, replace(context, kept_phrases=phrases), SaveKeptPhrases(link_id, codes)
            )
        case CompletionRequested():
            if not form.can_complete:
                errors = tuple(finding for finding in form.findings if finding.severity == "error")
                return FormUpdate(form, (ShowProblems(form.missing, errors),))
            return FormUpdate(replace(form, status="completed"), (CompleteForm(),))
        case FormStopped():
            return FormUpdate(replace(form, status="stopped"), (SaveStoppedForm(),))


def _with_context(form: Form, context: ScoringContext, effect: FormEffect) -> FormUpdate:
    return FormUpdate(replace(form, context=context), (effect,))


def _takes_entry(item: Item) -> bool:
    return item.type != "display" and (item.type != "group" or item.repeats)


def _accepts_entry(form: Form, link_id: str) -> bool:
    item = form.instrument.index.get(link_id)
    return item is not None and link_id in form.visible and _takes_entry(item)


def _with_entries(form: Form, entries: Mapping[str, a.AnswerEntry]) -> Form:
    visible = find_visible_items(form.instrument, entries)
    changed = replace(form, entries=entries, visible=visible)
    last = len(list_pages(changed)) - 1
    return changed if changed.page <= last else replace(changed, page=max(0, last))


@dataclass(frozen=True, slots=True, repr=False)
class FormPage:
    """The items shown together on one screen, and the section they belong to."""

    section: Item
    items: tuple[Item, ...]

    @property
    def link_ids(self) -> tuple[str, ...]:
        """The link_ids of its items."""
        return tuple(item.link_id for item in self.items)


def list_pages(form: Form) -> tuple[FormPage, ...]:
    """The pages shown now: a group laid out "each" gives one page per question, else one page."""
    seen = frozenset(form.visible)
    found: list[FormPage] = []
    for section in form.instrument.items:
        if section.link_id not in seen:
            continue
        inside = tuple(item for item in section.items if item.link_id in seen)
        if section.type != "group":
            found.append(FormPage(section, (section,)))
        elif section.pages == "each":
            found += [FormPage(section, (item,)) for item in inside]
        elif inside or section.repeats:
            found.append(FormPage(section, (section,) if section.repeats else inside))
    return tuple(found)


def read_entries(instrument: Instrument, plain: Mapping[str, Any]) -> dict[str, a.AnswerEntry]:
    """Read entries from their plain form.

    Raises UnknownItem or BadAnswer, each with `link_ids` or `link_id` and never a value.
    """
    unknown = sorted(str(link_id)[:80] for link_id in plain if link_id not in instrument.index)
    if unknown:
        raise UnknownItem(link_ids=unknown)
    entries: dict[str, a.AnswerEntry] = {}
    for link_id, value in plain.items():
        item = instrument.index[link_id]
        if not _takes_entry(item):
            raise BadAnswer("takes-no-answer", link_id=link_id)
        entries[link_id] = a.from_plain(item, value)
    return entries


def can_read_entry(instrument: Instrument, link_id: str, plain: Any) -> bool:
    """Whether a kept entry can be read by this version of a tool."""
    try:
        read_entries(instrument, {link_id: plain})
    except (BadAnswer, UnknownItem):
        return False
    return True


def form_to_plain(form: Form) -> dict[str, Any]:
    """The whole state of a form as JSON: what `wren tools answer` prints."""
    return {
        "status": "completed" if form.can_complete else "in-progress",
        "shown": list(form.visible),
        "missing": list(form.missing),
        "findings": [finding.to_plain() for finding in form.findings],
        **form.result.to_plain(),
    }
