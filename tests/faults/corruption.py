"""Random damage to every file of a filled store: nothing read is wrong, nothing missing is unnoticed.

A store is filled once, in two states: closed, and locked but killed (its log still beside it). Each
case copies one, damages one file, opens, salvages where that is refused, unlocks and reads all. What
a person would be shown is compared with what was filed. A refusal, a row named as unreadable and a
loss named at unlock are notices; a wrong value, an absent row without any, or a crash is bad.

    run(5_000)      # Run(fault="corruption", cases=5000, bad=0, mutant="no tally", mutant_caught=True, ...)
"""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assessments.casework.records import Assessment
from assessments.crypto import kdf
from assessments.crypto.kdf import SCRYPT, SCRYPT_CEILING, Kdf
from assessments.errors import Damaged, WrenError
from assessments.store import Store, UnlockedStore, people, salvage
from assessments.store import assessments as kept
from assessments.store.completion import complete
from assessments.store.rows import integrity
from assessments.store.rows.summaries import list_summaries
from tests.fakes import StoppedClock
from tests.faults.run import Run, tell
from tests.store.made_up import finished, list_households, make_family, read_household

WORDS = "kettle-orchard-violet-train"
# Thousands of unlocks: the one thing made cheaper than it is.
CHEAP = Kdf(SCRYPT.id, 4, 8, 1)
PAGE = 4096

Facts = dict[tuple[str, str], Any]


@contextlib.contextmanager
def cheap_words() -> Iterator[None]:
    before = kdf._BOUNDS[CHEAP.id]
    kdf._BOUNDS[CHEAP.id] = (CHEAP, SCRYPT_CEILING)
    try:
        yield
    finally:
        kdf._BOUNDS[CHEAP.id] = before


def fill(folder: Path) -> tuple[Path, Path, Facts]:
    """A store in use, closed and killed, and everything that a person would find in it."""
    store = Store.open(folder / "closed", StoppedClock(), CHEAP)
    keys = store.set_up(WORDS, "agency-7", "hv-1")
    store.set_up("lantern-hedge-robin-kettle", "agency-7", "hv-2").close()
    store.settings.put("service", "met")
    for number in range(5):
        family = make_family()
        people.save_household(keys, family.household, family.persons, family.relationships)
        people.save_record(keys, family.contact)
        people.save_household(keys, family.household, family.persons)
        begun, whole = family.assessment(), family.assessment()
        for one in (begun, whole):
            kept.begin(keys, one)
            for line in range(6 + number):
                kept.append_answer(keys, one.id, f"item-{line}", {"value": line})
        kept.append_answer(keys, begun.id, "wish", "x" * 6000)
        kept.save_item_drafts(keys, begun.id, {"page": number})
        complete(keys, finished(whole, {"wish": "y" * 5000}), b"envelope" * 700, "svc-1")
    people.save_record(keys, family.persons[0].model_copy(update={"name": "Ottoline Quarrender"}))
    keys.close()
    keys = store.unlock(WORDS)
    facts = read(store, keys, lambda _: None)
    keys.close()
    shutil.copytree(folder / "closed", folder / "killed")
    store.close()
    return folder / "closed", folder / "killed", facts


def read(store: Store, keys: UnlockedStore, notice: Callable[[str], None]) -> Facts:
    """All that screens read, by the calls that they make. What is refused is noticed."""
    found: Facts = {}

    def one(table: str, row_id: str, get: Callable[..., Any], *arguments: Any) -> None:
        try:
            value = get(*arguments)
        except WrenError:
            notice(table)
        else:
            if getattr(value, "lost_lines", 0):
                notice("answer")
            if value is not None:
                found[table, row_id] = value

    for household in _each(list_households(keys), notice):
        found["household", household.id] = household
        try:
            _, *lists = read_household(keys, household.id)
        except WrenError:
            notice("household")
            continue
        for kind, records in zip(("person", "relationship", "contact"), lists, strict=True):
            found |= {(kind, record.id): record for record in _each(records, notice)}
        for was in _each(people.read_revisions(keys, household.id), notice):
            found["earlier", f"{was.record.id} {was.rev}"] = was.record
    for heading in _each(list_summaries(keys), notice):
        found["heading", heading.id] = heading
        one("assessment", heading.id, kept.get, keys, heading.id)
        if heading.status == "in-progress":
            one("place", heading.id, kept.read_item_drafts, keys, heading.id)
    for entry in store.outbox.entries():
        one("envelope", entry.id, store.outbox.envelope, entry.id)
    one("setting", "service", store.settings.get, "service")
    found["author", "all"] = store.authors()
    return found


def _each(records: Any, notice: Callable[[str], None]) -> list[Any]:
    for unreadable in records.unreadable:
        notice(unreadable.table)
    return list(records)


def damage(folder: Path, chance: random.Random) -> str:
    """Damage one file in one way. Says which and how."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "wren.db-shm")
    weights = [40 if path.name.startswith("wren.db") and path.stat().st_size else 1 for path in files]
    (path,) = chance.choices(files, weights)
    content = bytearray(path.read_bytes())
    size = len(content)
    how = chance.choice(("bit", "byte", "run", "page", "zeros", "cut", "copy", "gone"))
    at = chance.randrange(size) if size else 0
    start = at - at % PAGE
    if not size or how == "gone":
        path.unlink()
        return f"{path.name} gone"
    if how == "bit":
        content[at] ^= 1 << chance.randrange(8)
    elif how == "byte":
        content[at] = chance.randrange(256)
    elif how == "run":
        content[at : at + 64] = chance.randbytes(len(content[at : at + 64]))
    elif how == "page":
        content[start : start + PAGE] = chance.randbytes(len(content[start : start + PAGE]))
    elif how == "zeros":
        content[start : start + PAGE] = bytes(len(content[start : start + PAGE]))
    elif how == "cut":
        del content[at if chance.random() < 0.5 else start :]
    else:
        source = chance.randrange(size)
        source -= source % PAGE
        piece = content[source : source + PAGE]
        content[start : start + len(piece)] = piece
        del content[size:]
    path.write_bytes(content)
    return f"{path.name} {how} at {at}"


def wrong(folder: Path, facts: Facts) -> str | None:
    """What a person would be shown that is not so, or would miss without a word; None if nothing."""
    noticed: list[str] = []
    try:
        store, keys = _unlocked(folder)
    except WrenError:
        return None  # refused in words
    try:
        found = read(store, keys, noticed.append)
        losses = {loss.kind for loss in keys.losses}
        earlier = losses & {"rolled-back", "older", "untallied"}
        missing = set(facts) - set(found)
        if not earlier:
            for name in facts.keys() & found.keys():
                if found[name] != facts[name] and not _is_part(found[name], facts[name]):
                    return f"{name[0]} is wrong"
        if found.keys() - facts.keys():
            return "something is there that never was"
        if missing and not noticed and not losses:
            return f"{sorted(name for name, _ in missing)} missed"
    except WrenError:
        return None  # a list that is refused, in words
    finally:
        keys.close()
        store.close()
    return None


def _is_part(found: Any, whole: Any) -> bool:
    """Whether an assessment under way says that lines are lost, and the others are as they were."""
    if not isinstance(found, Assessment) or not found.lost_lines:
        return False
    others = {"answers": whole.answers, "lost_lines": 0}
    return found.answers.items() <= whole.answers.items() and found.model_copy(update=others) == whole


def _unlocked(folder: Path) -> tuple[Store, UnlockedStore]:
    try:
        store = Store.open(folder, StoppedClock(), CHEAP)
    except Damaged:
        salvage(folder, StoppedClock())
        store = Store.open(folder, StoppedClock(), CHEAP)
    try:
        return store, store.unlock(WORDS)
    except Damaged:
        store.close()
    salvage(folder, StoppedClock())
    store = Store.open(folder, StoppedClock(), CHEAP)
    try:
        return store, store.unlock(WORDS)
    except BaseException:
        store.close()
        raise


def run(cases: int, seed: int = 1) -> Run:
    """Damage a store in so many ways, then one of the kind that only the tally sees, without it."""
    started = time.monotonic()
    bad = 0
    with tempfile.TemporaryDirectory() as place, cheap_words():
        closed, killed, facts = fill(Path(place))
        for number in range(cases):
            chance = random.Random(f"{seed}-{number}")
            folder = Path(place) / "case"
            shutil.copytree(closed if chance.random() < 0.7 else killed, folder)
            how = damage(folder, chance)
            try:
                why = wrong(folder, facts)
            except Exception as error:  # whatever it is, it is no refusal in words
                last = traceback.extract_tb(error.__traceback__)[-1]
                why = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
            if why is not None:
                bad += 1
                tell("corruption", seed, f"{number}, {how}", why)
            shutil.rmtree(folder)
        caught = _mutant_caught(Path(place), closed, facts)
    return Run("corruption", cases, bad, "tally not checked", caught, time.monotonic() - started)


def _mutant_caught(place: Path, closed: Path, facts: Facts) -> bool:
    """A row that vanishes whole is noticed; with the check of the tally off, it is not."""
    seen = []
    checks = (integrity.find_losses, lambda _keys, _twin: ())
    for name, check in zip(("with", "without"), checks, strict=True):
        folder = place / name
        shutil.copytree(closed, folder)
        store = Store.open(folder, StoppedClock(), CHEAP)
        with store._database.write() as driver:
            driver.execute("DELETE FROM contact WHERE rowid = 1")
        store.close()
        before, integrity.find_losses = integrity.find_losses, check
        try:
            seen.append(wrong(folder, facts))
        finally:
            integrity.find_losses = before
    return seen[0] is None and seen[1] is not None
