"""Phrasing check: phrases in a note that blame, minimise, or hide who did what, with alternatives.

The list is `language.toml`. Nothing is changed by itself. Only the practitioner's own words are looked at:
neither quoted text, nor fields for the exact words of a child or another person.

    >>> [hit.code for hit in find_phrases("She failed to protect him. He said “she failed to protect him”.")]
    ['failed-to-protect']
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from assessments.definitions.definition import Item, walk_items
from assessments.definitions.toml_document import TomlDocument
from assessments.engine.answers import Answered, AnswerEntry
from assessments.engine.form import Form
from assessments.errors import BadInstrument

KeptPhrases = tuple[tuple[str, tuple[str, ...]], ...]

_FILE = "language.toml"
_CLOSERS = {"“": "”", "«": "»", "„": "“”"}
_SINGLE_CLOSERS = {"‘": "’'", "'": "'’"}
_LEADING_APOSTROPHE = re.compile(r"['‘’](?:til|cause|em|bout|tis|twas|n|cos|round|\d0s)\b", re.IGNORECASE)
_WORD_GAP = r"[\s\-‐‑–]+"

PHRASE_REASONS = (
    *("blames", "hides", "minimises", "cuts-off", "doubts", "leaves-out-fear"),
    *("labels", "excuses", "hides-child", "wrong-duty", "no-action"),
)


@dataclass(frozen=True, slots=True, repr=False)
class Phrase:
    """One row of the list. `example` is found, `near_miss` is not."""

    code: str
    why: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    instead: tuple[str, ...]
    example: str
    near_miss: str
    source: str


@dataclass(frozen=True, slots=True, repr=False)
class PhraseHit:
    """A phrase in a text: `start` and `length` in code points. `instead` are texts that may stand in its
    place, with … for what only the writer knows; "" is to take it out."""

    code: str
    start: int
    length: int
    why: str
    instead: tuple[str, ...]

    @property
    def end(self) -> int:
        """The character behind the phrase."""
        return self.start + self.length


def find_phrases(text: str) -> tuple[PhraseHit, ...]:
    """Every listed phrase in a text, in order; of two that overlap, the longer."""
    quoted = tuple(find_quoted_spans(text))
    found = [
        hit
        for phrase in load_phrases()
        for hit in _find_hits(phrase, text)
        if not any(hit.start < end and start < hit.end for start, end in quoted)
    ]
    standing: list[PhraseHit] = []
    for hit in sorted(found, key=lambda one: (-one.length, one.start, one.code)):
        if not any(hit.start < other.end and other.start < hit.end for other in standing):
            standing.append(hit)
    return tuple(sorted(standing, key=lambda one: one.start))


def replace_phrase(text: str, hit: PhraseHit, words: str) -> str:
    """The text with a phrase replaced: a capital stays one, and one that is taken out takes a space along."""
    before, after = text[: hit.start], text[hit.end :]
    if not words and before.endswith(" ") and after[:1] in ("", " ", ".", ",", ";", ":", "!", "?"):
        before = before[:-1]
    if words and text[hit.start].isupper():
        words = words[0].upper() + words[1:]
    return before + words + after


@lru_cache(maxsize=1)
def load_phrases() -> tuple[Phrase, ...]:
    """The list, in the order of its file. Raises BadInstrument with every fault."""
    document = TomlDocument.parse(files("assessments").joinpath(_FILE).read_text(encoding="utf-8"))
    root, sources = document.root, set()
    for table in root.tables("source"):
        sources.add(table.text("id", required=True))
        table.text("text", required=True)
        table.flag("unverified")
        table.reject_unknown_keys()
    found: list[Phrase] = []
    for table in root.tables("phrase"):
        phrase = Phrase(
            code=table.text("code", required=True),
            why=table.one_of("why", PHRASE_REASONS, required=True),
            pattern=_compile_patterns(table.texts("patterns", required=True)),
            unless=_compile_patterns(table.texts("unless")) if table.has("unless") else None,
            instead=table.texts("instead", required=True),
            example=table.text("example", required=True),
            near_miss=table.text("near_miss", required=True),
            source=table.one_of("source", sources, required=True),
        )
        if phrase.code in {other.code for other in found}:
            table.add_fault(f'The code "{phrase.code}" stands here twice.', "code")
        found.append(phrase)
        table.reject_unknown_keys()
    root.reject_unknown_keys()
    if document.faults:
        raise BadInstrument(file=_FILE, faults=tuple(document.faults))
    return tuple(found)


def _find_hits(phrase: Phrase, text: str) -> Iterator[PhraseHit]:
    spared = [found.span() for found in phrase.unless.finditer(text)] if phrase.unless else []
    for found in phrase.pattern.finditer(text):
        start = next(at for at in (found.start(name) for name in found.groupdict()) if at >= 0)
        if not any(first <= start and found.end() <= last for first, last in spared):
            yield PhraseHit(phrase.code, start, found.end() - start, phrase.why, phrase.instead)


def _compile_patterns(written: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all patterns of a row, those of more words first."""
    longest_first = sorted(written, key=lambda one: -len(one.split()))
    ways = "|".join(_pattern_to_regex(f"here{at}", one) for at, one in enumerate(longest_first))
    return re.compile(rf"(?<!\w)(?:{ways})(?!\w)", re.IGNORECASE)


def _pattern_to_regex(name: str, written: str) -> str:
    context, mark, shown = written.partition(" > ")
    if not mark:
        context, shown = "", written
    before = "".join(
        f"(?:{_word_to_regex(word)}{_WORD_GAP}){'?' if word.endswith('?') else ''}"
        for word in context.split()
    )
    # An optional word takes the gap beside it along: after the first sure word the one before it.
    parts: list[str] = []
    is_begun = False
    for word in shown.split():
        is_sure = not word.endswith("?")
        if is_begun:
            parts.append(f"(?:{_WORD_GAP}{_word_to_regex(word)}){'' if is_sure else '?'}")
        else:
            parts.append(_word_to_regex(word) if is_sure else f"(?:{_word_to_regex(word)}{_WORD_GAP})?")
        is_begun = is_begun or is_sure
    return f"{before}(?P<{name}>{''.join(parts)})"


def _word_to_regex(word: str) -> str:
    ways = (re.escape(one).replace("'", "['’]") for one in word.removesuffix("?").split("|"))
    return f"(?:{'|'.join(ways)})"


def find_quoted_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each quotation, marks included, in order. Where it is unclear whether one has ended,
    it goes on: to overlook a phrase is a small loss, to point out somebody's quoted words is not."""
    at = 0
    while at < len(text):
        mark = text[at]
        if mark in _CLOSERS:
            end = _find_closing_mark(text, at)
        elif mark == '"' and not text[at - 1 : at].isdigit():
            found = text.find('"', at + 1)
            end = len(text) if found < 0 else found
        elif mark in _SINGLE_CLOSERS and _opens_quotation(text, at):
            end = _find_single_quote_end(text, at)
        else:
            at += 1
            continue
        yield at, min(end + 1, len(text))
        at = end + 1


def _find_closing_mark(text: str, at: int) -> int:
    """The mark that closes the one at `at`; quotations of the same kind within it are counted."""
    opener, closers = text[at], _CLOSERS[text[at]]
    depth = 0
    for place in range(at, len(text)):
        if text[place] in closers:
            depth -= 1
            if not depth:
                return place
        elif text[place] == opener:
            depth += 1
    return len(text)


def _opens_quotation(text: str, at: int) -> bool:
    """Whether a single mark opens a quotation rather than standing for a missing letter."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    is_sure = text[at] == "‘" or bool(after.strip())
    return is_sure and not before.isalnum() and not _LEADING_APOSTROPHE.match(text, at)


def _find_single_quote_end(text: str, at: int) -> int:
    """Where a single quotation ends: at a mark after a full stop or its like, or at the last one that no
    letter follows, in this paragraph and before the next quotation. "The boys' room" may close nothing."""
    closers = _SINGLE_CLOSERS[text[at]]
    paragraph = text.find("\n", at)
    last = -1
    for place in range(at + 1, len(text)):
        if last >= 0 and (
            0 <= paragraph < place or (text[place] in _SINGLE_CLOSERS and _opens_quotation(text, place))
        ):
            break
        if text[place] in closers and not text[place + 1 : place + 2].isalnum():
            last = place
            if text[place - 1] in ".,!?…;:":
                break
    return last if last >= 0 else len(text)


def is_practitioner_wording(item: Item) -> bool:
    """Whether what is typed here is the practitioner's own wording."""
    return item.type == "text" and not item.for_child and not item.exact_words


def find_kept_phrases(form: Form) -> KeptPhrases:
    """The phrases that the writer chose to keep, by item. One that was reworded later is left out."""
    chosen = dict(form.context.kept_phrases)
    found = {link_id: set[str]() for link_id in chosen}
    for link_id, text in _walk_practitioner_texts(form.instrument.items, form.answers):
        if link_id in found:
            found[link_id] |= {hit.code for hit in find_phrases(text)} & set(chosen[link_id])
    return tuple(sorted((link_id, tuple(sorted(codes))) for link_id, codes in found.items() if codes))


def _walk_practitioner_texts(
    items: tuple[Item, ...], entries: Mapping[str, AnswerEntry]
) -> Iterator[tuple[str, str]]:
    """Every text of the practitioner's own with its item; those in the rows of a group too."""
    for item in walk_items(items):
        entry = entries.get(item.link_id)
        if not isinstance(entry, Answered):
            continue
        if item.repeats and isinstance(entry.value, tuple):
            for row in entry.value:
                if isinstance(row, Mapping):
                    yield from _walk_practitioner_texts(item.items, row)
        elif is_practitioner_wording(item):
            yield item.link_id, str(entry.value)
