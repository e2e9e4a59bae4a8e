"""Text packs: translations or licensed wording that replace the texts of one version of a tool.

A *language pack* must hold every text of the tool: a half-translated tool would mix languages in
front of a child. A *wording pack* holds an organisation's licensed wording for some items, with the
holder and the day it expires. Packs change texts only; logic, codes and hash stay those of the tool.
A pack that does not fit is refused with a reason, and Wren's own texts stay.

    instrument = apply_pack(read_pack(text)[0], load_tool("child-voice-7-11"), on=date.today())
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from assessments.definitions.definition import AnswerOption, Instrument, Item, Route
from assessments.definitions.toml_document import FileFault, TomlDocument, TomlTable
from assessments.errors import WrenError

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
    return {key: text for key, text in _texts(instrument) if text}


def _texts(instrument: Instrument) -> Iterator[tuple[str, str]]:
    for name in _HEAD:
        yield name, getattr(instrument, name)
    yield from ((f"not_for.{number}", text) for number, text in enumerate(instrument.not_for))
    yield from ((f"grade.{code}", text) for code, text in instrument.grades)
    for item in instrument.walk():
        yield from ((f"item.{item.link_id}.{name}", getattr(item, name)) for name in _ITEM)
        for option in item.options:
            yield f"item.{item.link_id}.option.{option.code}.text", option.text
            yield f"item.{item.link_id}.option.{option.code}.hint", option.hint
        yield from ((f"item.{item.link_id}.state.{state}", text) for state, text in item.state_words)
    for scale in instrument.scales:
        yield f"scale.{scale.id}.title", scale.title
    for route in instrument.routes:
        yield from (
            (f"route.{route.id}.{name}", getattr(route, name)) for name in ("title", "met", "not_met")
        )
        yield from ((f"route.{route.id}.{found.id}.reason", found.reason) for found in route.indicators)
    for flag in instrument.flags:
        yield from ((f"flag.{flag.id}.{name}", getattr(flag, name)) for name in ("text", "do"))
    yield from ((f"note.{note.id}", note.text) for note in instrument.notes)
    yield from ((f"supplement.{found.tool}", found.because) for found in instrument.supplements)


def apply_pack(pack: TextPack, instrument: Instrument, *, on: date) -> Instrument:
    """The tool with the pack's words. Raises PackRefused."""
    own = collect_texts(instrument)
    _check_pack(pack, instrument, own, on)
    words = {**own, **pack.texts}
    head: dict[str, Any] = {name: words.get(name, "") for name in _HEAD}
    return replace(
        instrument,
        **head,
        not_for=tuple(words[f"not_for.{number}"] for number in range(len(instrument.not_for))),
        grades=tuple((code, words[f"grade.{code}"]) for code, _ in instrument.grades),
        items=tuple(_item(item, words) for item in instrument.items),
        scales=tuple(replace(scale, title=words[f"scale.{scale.id}.title"]) for scale in instrument.scales),
        routes=tuple(_route(route, words) for route in instrument.routes),
        flags=tuple(
            replace(flag, text=words[f"flag.{flag.id}.text"], do=words[f"flag.{flag.id}.do"])
            for flag in instrument.flags
        ),
        notes=tuple(replace(note, text=words[f"note.{note.id}"]) for note in instrument.notes),
        supplements=tuple(
            replace(found, because=words[f"supplement.{found.tool}"]) for found in instrument.supplements
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


def _item(item: Item, words: Mapping[str, str]) -> Item:
    start = f"item.{item.link_id}"
    parts: dict[str, Any] = {name: words.get(f"{start}.{name}", "") for name in _ITEM}
    return replace(
        item,
        **parts,
        options=tuple(_option(option, start, words) for option in item.options),
        state_words=tuple((state, words[f"{start}.state.{state}"]) for state, _ in item.state_words),
        items=tuple(_item(inner, words) for inner in item.items),
    )


def _route(route: Route, words: Mapping[str, str]) -> Route:
    start = f"route.{route.id}"
    return replace(
        route,
        title=words[f"{start}.title"],
        met=words.get(f"{start}.met", ""),
        not_met=words.get(f"{start}.not_met", ""),
        indicators=tuple(
            replace(found, reason=words[f"{start}.{found.id}.reason"]) for found in route.indicators
        ),
    )


def _option(option: AnswerOption, start: str, words: Mapping[str, str]) -> AnswerOption:
    start = f"{start}.option.{option.code}"
    return replace(option, text=words[f"{start}.text"], hint=words.get(f"{start}.hint", ""))


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
