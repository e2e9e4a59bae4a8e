"""Area settings: one area's thresholds for tools, chronologies and visits, and the reader of their files.

Every number that a rule compares with is here, never in code or in a tool. See
docs/adding-an-area.md for the keys of a file.
"""

from dataclasses import dataclass, fields

from assessments.definitions.ages import AGE_PATTERN
from assessments.definitions.definition import Age
from assessments.definitions.toml_document import FileFault, TomlDocument, TomlTable


@dataclass(frozen=True, slots=True)
class BandRange:
    """A labelled range of a count: from `at_least` up to the next band."""

    id: str
    at_least: int


@dataclass(frozen=True, slots=True)
class AreaRules:
    """One area's numbers for one instrument, with their source."""

    scale: str = ""
    bands: tuple[BandRange, ...] = ()
    many_unknown: int | None = None
    counts: tuple[tuple[str, int], ...] = ()
    events: tuple[tuple[str, int, int], ...] = ()
    repeats: tuple[tuple[str, int], ...] = ()
    indicators: tuple[tuple[str, tuple[str, ...]], ...] = ()
    name_unknown: tuple[str, ...] = ()
    misses: tuple[int, int] | None = None


# Seconds. Shorter locks in the middle of a sentence; longer leaves an unlocked phone unattended.
LOCK_AFTER_S = range(30, 181)


@dataclass(frozen=True, slots=True)
class ChronologyRules:
    """One area's numbers for reading a run of incidents: counts, days or months, as named."""

    cluster_events: int
    cluster_days: int
    several_events: int
    several_months: int
    last_events: int
    enough_events: int
    window_days: int
    about_days: int
    near_days: int
    separation_months: int
    new_tactic_days: int
    history_due_days: int


@dataclass(frozen=True, slots=True)
class ChildAccountingRules:
    """`observe_below` is the age below which an observation is always asked for. Text of `copied_words`
    words or more under two children is pointed out from `copied_alike` percent of similarity on."""

    observe_below: Age
    copied_words: int
    copied_alike: int


@dataclass(frozen=True, slots=True)
class Area:
    """Local thresholds: name, source and date, and rules per instrument id.

    What the area says nothing about, a tool or a number, is as in the area it is `based_on`.
    """

    id: str
    name: str
    source: str
    date: str
    based_on: str = ""
    rules: tuple[tuple[str, AreaRules], ...] = ()
    # Seconds without a tap, key or scroll until a page locks; None where the area says nothing.
    lock_after_s: int | None = None
    ledger: ChildAccountingRules | None = None
    chronology: tuple[tuple[str, int], ...] = ()

    @property
    def chronology_rules(self) -> ChronologyRules:
        """The numbers for reading a run of incidents."""
        return ChronologyRules(**dict(self.chronology))

    def rules_for(self, instrument: str) -> AreaRules:
        """The rules for an instrument; empty rules when the area says nothing about it."""
        return next((rules for name, rules in self.rules if name == instrument), AreaRules())


def is_area_file(text: str) -> bool:
    """Whether a TOML text is an area file rather than a tool."""
    return TomlDocument.parse(text).root.has("area")


def read_area(text: str) -> tuple[Area | None, tuple[FileFault, ...]]:
    """Read one area file. Never raises."""
    page = TomlDocument.parse(text)
    if page.faults:
        return None, tuple(page.faults)
    root = page.root
    head, device, rules = root.table("area"), root.table("device"), root.table("instrument")
    numbers, is_whole = root.table("chronology"), not head.has("based_on")
    ledger = root.table("ledger")
    area = Area(
        id=head.text("id", required=True),
        name=head.text("name", required=True),
        source=head.text("source", required=True),
        date=head.text("date", required=True),
        based_on=head.text("based_on"),
        rules=tuple((tool, _area_rules(rules.table(tool))) for tool in rules.data),
        lock_after_s=_lock_after(device),
        chronology=tuple(
            (field.name, numbers.number(field.name, required=True) or 0)
            for field in fields(ChronologyRules)
            if is_whole or numbers.has(field.name)
        ),
        ledger=_child_accounting_rules(ledger) if root.has("ledger") else None,
    )
    for table in (head, device, rules, numbers, ledger, root):
        table.reject_unknown_keys()
    return (None if page.faults else area), tuple(page.faults)


def _lock_after(device: TomlTable) -> int | None:
    seconds = device.number("lock_after_s")
    if seconds is not None and seconds not in LOCK_AFTER_S:
        device.add_fault(
            f"lock_after_s is from {LOCK_AFTER_S.start} to {LOCK_AFTER_S.stop - 1}.", "lock_after_s"
        )
    return seconds


def _area_rules(table: TomlTable) -> AreaRules:
    bands = []
    for band in table.tables("bands"):
        bands.append(band.read(BandRange))
        band.reject_unknown_keys()
    if [band.at_least for band in bands] != sorted({band.at_least for band in bands}):
        table.add_fault("bands must rise.", "bands")
    counts, events = table.table("counts"), table.table("events")
    repeats, indicators = table.table("repeats"), table.table("indicators")
    rules = AreaRules(
        scale=table.text("scale"),
        bands=tuple(bands),
        many_unknown=table.number("many_unknown"),
        counts=tuple((route, counts.number(route, required=True) or 0) for route in counts.data),
        events=tuple(
            (route, *_two_numbers(events.table(route), "events", "months")) for route in events.data
        ),
        repeats=tuple((route, _two_numbers(repeats.table(route), "months")[0]) for route in repeats.data),
        indicators=tuple((route, indicators.texts(route)) for route in indicators.data),
        name_unknown=table.texts("name_unknown"),
        misses=_two_numbers(table.table("misses"), "alert", "escalate") if table.has("misses") else None,
    )
    for inner in (counts, events, repeats, indicators, table):
        inner.reject_unknown_keys()
    return rules


def _child_accounting_rules(table: TomlTable) -> ChildAccountingRules:
    rules = table.read(ChildAccountingRules)
    if rules.observe_below and not AGE_PATTERN.match(rules.observe_below):
        table.add_fault("observe_below must be an age such as P3Y.", "observe_below")
    return rules


def _two_numbers(table: TomlTable, *keys: str) -> tuple[int, int]:
    numbers = [table.number(key, required=True) or 0 for key in keys]
    table.reject_unknown_keys()
    return numbers[0], numbers[-1]
