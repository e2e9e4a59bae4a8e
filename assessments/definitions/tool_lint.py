"""Wording rules for tools: faults in questions and texts, each with its item.

Word lists are in `content.toml`. The rules come from interviewing practice (open prompts first, no
names, no acts), from GOV.UK and NHS style, and from studies of children's surveys (no praise, no
rewards).
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from assessments.definitions.definition import Instrument, Item

LONGEST_SENTENCE_WORDS = 25
_MIN_WORDS_FOR_READING_AGE = 6
_WORD = re.compile(r"[A-Za-z'’]+")
_NONE = re.compile(r"^(none|neither|no one|nobody)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WordingFault:
    """One rule broken in one item."""

    rule: str
    link_id: str
    sentence: str


@lru_cache(maxsize=1)
def load_word_lists() -> dict[str, tuple[str, ...]]:
    """The word lists, by name."""
    text = files("assessments").joinpath("content.toml").read_text(encoding="utf-8")
    return {name: tuple(found) for name, found in tomllib.loads(text).items()}


@dataclass(frozen=True, slots=True)
class Wording:
    """One text that a person reads, and whether a child does. `asks` marks a question."""

    link_id: str
    text: str
    for_child: bool = False
    is_question: bool = True

    def find_faults(self) -> list[WordingFault]:
        """Every rule that this text breaks."""
        return [*self._for_all(), *(self._for_children() if self.for_child else ())]

    def _fault(self, rule: str, sentence: str) -> WordingFault:
        return WordingFault(rule, self.link_id, sentence)

    def _for_all(self) -> Iterator[WordingFault]:
        for word in self._found("banned"):
            yield self._fault("banned", f'"{word}" is a word we do not use. Say what to do instead.')
        if "*" in self.text:
            yield self._fault("asterisk", "No asterisks. Mark what may be left with (optional).")
        if self.is_question and _is_double(self.text):
            yield self._fault("double", "This asks two things at once. Ask them one by one.")
        longest = max((len(_WORD.findall(part)) for part in _sentences(self.text)), default=0)
        if longest > LONGEST_SENTENCE_WORDS:
            yield self._fault(
                "long", f"A sentence here has {longest} words. Keep it to {LONGEST_SENTENCE_WORDS} or fewer."
            )

    def _for_children(self) -> Iterator[WordingFault]:
        for word in (*self._found("praise"), *self._found("rewards")):
            yield self._fault("praise", f'"{word}": what a child says is never praised, scored or rewarded.')
        if not self.is_question:
            return
        for name, what in (("people", "a person"), ("pronouns", "a person"), ("acts", "an act")):
            for word in self._found(name):
                yield self._fault(
                    "leading", f'"{word}" brings in {what} that the child has not spoken of. Ask openly.'
                )
        first = _WORD.findall(self.text.lower())[:1]
        if first and first[0].replace("’", "'") in load_word_lists()["closed"]:
            yield self._fault("closed", f'"{first[0]}" calls for yes or no, or blames. Begin with Tell me.')

    def _found(self, name: str) -> list[str]:
        text = self.text.lower().replace("’", "'")
        return [
            word
            for word in load_word_lists()[name]
            if re.search(rf"(?<![\w']){re.escape(word)}(?![\w'])", text)
        ]


def check_wording(instrument: Instrument) -> list[WordingFault]:
    """Every fault in the wording of a tool, in its own order."""
    found: list[WordingFault] = []
    for item in instrument.walk():
        for wording in _item_wordings(item):
            found += wording.find_faults()
        found += _check_none_option(item)
    for child in (False, True):
        found += _check_reading_age(instrument, for_child=child)
    return found


def reading_age(text: str) -> float:
    """The age in years at which most can read a text: Flesch-Kincaid grade plus five."""
    sentences, found = max(1, len(_sentences(text))), _WORD.findall(text)
    if not found:
        return 0.0
    syllables = sum(_syllables(word) for word in found)
    return 0.39 * len(found) / sentences + 11.8 * syllables / len(found) - 15.59 + 5


def _item_wordings(item: Item) -> Iterator[Wording]:
    asks = item.type not in ("display", "group")
    yield Wording(item.link_id, item.text, item.for_child, asks)
    for text in (item.prompt, item.help):
        if text:
            yield Wording(item.link_id, text, for_child=False, is_question=False)
    for option in item.options:
        yield Wording(item.link_id, f"{option.text} {option.hint}".strip(), item.for_child, is_question=False)
    for _, text in item.state_words:
        yield Wording(item.link_id, text, item.for_child, is_question=False)


def _check_none_option(item: Item) -> Iterator[WordingFault]:
    """ "None of these" among several options must be `alone`."""
    if item.type != "choices":
        return
    for option in item.options:
        if _NONE.match(option.text) and not option.alone and not option.retired:
            sentence = f'"{option.code}" must have alone = true: nothing fits beside it.'
            yield WordingFault("unchoosable", item.link_id, sentence)


def _check_reading_age(instrument: Instrument, *, for_child: bool) -> Iterator[WordingFault]:
    """Short texts are too short to judge one by one: those for children and for adults are judged whole."""
    texts = [
        item.text if item.text[-1:] in ".?!…" else f"{item.text}."
        for item in instrument.walk()
        if item.for_child is for_child and item.type != "group"
    ]
    together = " ".join(texts)
    age = reading_age(together)
    if len(_WORD.findall(together)) >= _MIN_WORDS_FOR_READING_AGE and age > instrument.reading_age + 1:
        who = "a child" if for_child else "an adult"
        yield WordingFault(
            "reading-age",
            "",
            f"The questions for {who} read at about age {age:.0f}; the tool says {instrument.reading_age}.",
        )


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"[.?!…:;]+(?:\s|$)", text) if _WORD.search(part)]


def _is_double(text: str) -> bool:
    if text.count("?") > 1:
        return True
    second = "|".join(load_word_lists()["second"])
    return bool(re.search(rf",?\s(and|or)\s({second})\b[^?]*\?", text.lower()))


def _syllables(word: str) -> int:
    """A usual estimate: groups of vowels, less a silent e."""
    word = word.lower().strip("'’")
    groups = len(re.findall(r"[aeiouy]+", word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    return max(1, groups)
