"""Text packs: translations or licensed wording that replace the texts of one version of a tool.

A *language pack* must hold every text of the tool: a half-translated tool would mix languages in
front of a child. A *wording pack* holds an organisation's licensed wording for some items, with the
holder and the day it expires. Packs change texts only; logic, codes and hash stay those of the tool.
A pack that does not fit is refused with a reason, and Wren's own texts stay.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from assessments.definitions.definition import Instrument, Item, Route
from assessments.definitions.toml_document import FileFault, PartT, TomlDocument, TomlTable
from assessments.errors import WrenError

# The new text for a key and the text there is.
NewText = Callable[[str, str], str]

_HEAD = ("title", "purpose", "training", "licence", "means", "does_not_mean")
_ITEM = ("text", "prompt", "help", "low_text", "high_text", "row_name", "no_states")


@dataclass(frozen=True, slots=True)
class TextPack:
    """Other words for one version of one tool. `texts` are by key (see `collect_texts`)."""

    id: str
    kind: Literal["language", "wording"]
    tool: str
    version: str
    language: str
    holder: str
    licence: str
    expires: date | None
    reviewed: bool
    texts: Mapping[str, str]
    hash: str


class PackRefused(WrenError, code="pack-refused"):
    """The pack is not used. `code` says why: expired, other-tool, other-version, unknown-keys,
    missing-keys, other-places; `keys` in its data names the texts in question, ten at most."""


def collect_texts(instrument: Instrument) -> dict[str, str]:
    """Every text of a tool that a person reads, by key, empty ones left out."""
    found: dict[str, str] = {}

    def collect(key: str, text: str) -> str:
        found[key] = text
        return text

    _with_texts(instrument, collect)
    return {key: text for key, text in found.items() if text}


def apply_pack(pack: TextPack, instrument: Instrument, *, on: date) -> Instrument:
    """The tool with the pack's words. Raises PackRefused."""
    own = collect_texts(instrument)
    _check_pack(pack, instrument, own, on)
    return _with_texts(instrument, lambda key, text: pack.texts.get(key, text))


def _with_texts(instrument: Instrument, word: NewText) -> Instrument:
    """The tool with other words: `word` is asked for each text by its key, with the text there is."""

    def parts(prefix: str, pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((code, word(f"{prefix}.{code}", text)) for code, text in pairs)

    def fields(part: PartT, prefix: str, *names: str) -> PartT:
        return replace(part, **{name: word(f"{prefix}{name}", getattr(part, name)) for name in names})

    def item(one: Item) -> Item:
        start = f"item.{one.link_id}."
        changed = fields(one, start, *_ITEM)
        options = tuple(fields(o, f"{start}option.{o.code}.", "text", "hint") for o in one.options)
        states = parts(f"{start}state", one.state_words)
        return replace(changed, options=options, state_words=states, items=tuple(map(item, one.items)))

    def route(one: Route) -> Route:
        start = f"route.{one.id}."
        changed = fields(one, start, "title", "met", "not_met")
        reasons = tuple(fields(found, f"{start}{found.id}.", "reason") for found in one.indicators)
        return replace(changed, indicators=reasons)

    return replace(
        fields(instrument, "", *_HEAD),
        not_for=tuple(word(f"not_for.{n}", text) for n, text in enumerate(instrument.not_for)),
        grades=parts("grade", instrument.grades),
        items=tuple(map(item, instrument.items)),
        scales=tuple(fields(scale, f"scale.{scale.id}.", "title") for scale in instrument.scales),
        routes=tuple(map(route, instrument.routes)),
        flags=tuple(fields(flag, f"flag.{flag.id}.", "text", "do") for flag in instrument.flags),
        notes=tuple(replace(note, text=word(f"note.{note.id}", note.text)) for note in instrument.notes),
        supplements=tuple(
            replace(found, because=word(f"supplement.{found.tool}", found.because))
            for found in instrument.supplements
        ),
    )


def _check_pack(pack: TextPack, instrument: Instrument, own: Mapping[str, str], on: date) -> None:
    if pack.tool != instrument.id:
        raise PackRefused("other-tool", pack=pack.id)
    if pack.version != instrument.version:
        raise PackRefused("other-version", pack=pack.id)
    if pack.expires is not None and on > pack.expires:
        raise PackRefused("expired", pack=pack.id, expires=pack.expires.isoformat())
    unknown = sorted(set(pack.texts) - set(own))
    if unknown:
        raise PackRefused("unknown-keys", pack=pack.id, keys=unknown[:10])
    missing = sorted(set(own) - set(pack.texts)) if pack.kind == "language" else []
    if missing:
        raise PackRefused("missing-keys", pack=pack.id, keys=missing[:10])
    other = sorted(key for key, text in pack.texts.items() if _placeholders(text) != _placeholders(own[key]))
    if other:
        raise PackRefused("other-places", pack=pack.id, keys=other[:10])


def _placeholders(text: str) -> set[str]:
    """The names in curly brackets that a sentence is filled in at."""
    return {name for name in ("value", "threshold", "months", "date") if "{" + name + "}" in text}


def read_pack(text: str) -> tuple[TextPack | None, tuple[FileFault, ...]]:
    """Read a pack file. Never raises: a fault is a value, with its line.

    In a wording pack a bare link_id stands for the text of that item.
    """
    page = TomlDocument.parse(text)
    if page.faults:
        return None, tuple(page.faults)
    root = page.root
    head, words = root.table("pack"), root.table("text")
    kind = head.one_of("kind", ("language", "wording"), required=True, default="wording")
    texts = {key: words.text(key, required=True) for key in words.data}
    if kind == "wording":
        texts = {key if "." in key else f"item.{key}.text": text for key, text in texts.items()}
    pack = TextPack(
        id=head.text("id", required=True),
        kind="language" if kind == "language" else "wording",
        tool=head.text("tool", required=True),
        version=head.text("version", required=True),
        language=head.text("language", default="en-GB"),
        holder=head.text("holder", required=kind == "wording"),
        licence=head.text("licence", required=True),
        expires=_read_date(head, "expires", required=kind == "wording"),
        reviewed=head.flag("reviewed"),
        texts=texts,
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )
    if not texts:
        words.add_fault("A pack needs a [text] table with at least one text.")
    for table in (head, words, root):
        table.reject_unknown_keys()
    return (None if page.faults else pack), tuple(page.faults)


def _read_date(table: TomlTable, key: str, *, required: bool) -> date | None:
    text = table.text(key, required=required)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        table.add_fault(f"{key} must be a day, such as 2027-03-31.", key)
        return None
