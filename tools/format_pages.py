"""Tables of keys in the guides to tool and area files, made from the readers of these files.

python -m tools.format_pages    # rewrites docs/adding-an-instrument.md and docs/adding-an-area.md
"""

from __future__ import annotations

from pathlib import Path

from tools.file_keys import Key, KeyUse, area_keys, tool_keys

DOCS = Path(__file__).parents[1] / "docs"

# Tables in the order of the page, each with what it is and what its keys mean.
Meanings = dict[str, tuple[str, dict[str, str]]]

_RULE_KEYS = {
    "all": "conditions that must all hold",
    "any": "conditions of which one must hold",
}
_SHARED_ITEM_KEYS = {
    "link_id": "its stable id, unique in the file: small letters, digits, hyphens and full stops",
    "text": "what the person who answers sees or hears",
    "prompt": "guidance for the practitioner, never shown to a child",
    "help": "further help, opened by a tap",
    "enable_when": "a [rule]: when it is shown",
    "required": "completing needs an entry (an answer or a state); in a group that repeats, a row",
    "repeats": "a group that is filled once per row, such as each adult in turn",
    "row_name": 'what one row is called, such as "Adult"',
    "codes": 'codes that it has elsewhere, each "system|code|display"',
    "foreign_id": "the linkId in the FHIR form it was read from",
    "source": "the id of a source; what stands below takes it over",
    "item": "the items below",
}
TOOL: Meanings = {
    "": (
        "The tables of a tool file.",
        {
            "instrument": "the head of the tool",
            "source": "where facts and wording come from",
            "option_sets": "lists of options used by several questions",
            "group": "the sections, in the order in which they are shown; at least one",
            "scale": "counts and sums over answers",
            "grades": "the levels of a result",
            "route": "ways of reaching a decision",
            "flag": "things to act on today",
            "note": "sentences that answers call for",
            "supplement": "other tools that answers call for",
            "attempt": "when the tool came to nothing",
        },
    ),
    "instrument": (
        "The head.",
        {
            "id": "the id, which is also the name of the file",
            "version": 'three numbers, such as "1.0.0"',
            "title": "bland: it is seen over a shoulder",
            "kind": "what it is",
            "subject": "whom it is about",
            "purpose": "what it is for",
            "not_for": "what it must not be used for",
            "roles": "who may use it",
            "training": "what training it asks for",
            "minutes": "how long it takes, as [shortest, longest]",
            "reading_age": "the age in years at which its questions can be read",
            "licence": "whose wording it is",
            "means": "what a result means",
            "does_not_mean": "what a result does not mean",
            "needs": 'ways of communicating that it is made for, such as "non-verbal" or "unborn"',
            "retired": "link_ids of earlier versions, never used again",
            "age_from": 'the youngest age, as a duration from birth: "P7Y", "P12M", "P0D"',
            "age_below": "the age at which it is no longer for a person, as a duration from birth",
            "canonical": '"url|version" of the FHIR form it was read from',
        },
    ),
    "source": (
        "Where facts and wording come from.",
        {
            "id": "the name by which items and rules refer to it",
            "text": "the source in words, with its address",
            "unverified": "general knowledge that nobody has checked",
        },
    ),
    "option_sets": ("Lists of options by name.", {"<name>": "the options, as [option] tables"}),
    "option": (
        "One option of a choice, in `options` of an item or in an option set.",
        {
            "code": "its code, never renamed or used for something else",
            "text": "what is shown",
            "hint": "a line below the text",
            "picture": "the name of a picture in `assets/pictures`",
            "alone": "chosen among several, it leaves no other beside it (none of these)",
            "retired": "no longer offered, kept for old records",
            "weight": "a number that a scale with `sums` adds up",
            "coding": 'its code elsewhere, "system|code"',
        },
    ),
    "group": (
        "A section.",
        {
            **_SHARED_ITEM_KEYS,
            "pages": "each question on a page of its own, or all together (the default)",
            "each": "follow-ups asked below every question of the group",
        },
    ),
    "group.item": (
        "One question, text or inner group; `[[group.item.item]]` are its follow-ups.",
        {
            **_SHARED_ITEM_KEYS,
            "source": "required, here or on the group: the id of a source",
            "type": "what it asks for",
            "options": "the options as [option] tables, or the name of an option set",
            "states": "the ways of not answering that are offered",
            "state_words": "other words for these states",
            "no_states": "why no states are offered, where the type calls for them",
            "minimum": "the lowest number",
            "maximum": "the highest number",
            "low_text": "the words at the low end of a ladder",
            "high_text": "the words at the high end of a ladder",
            "ends": "the link_ids of two texts, low and high, by which a child renames the ends of a ladder",
            "max_length": "the most characters of a text; 4000 where nothing is said",
            "for_child": "the child's own question, shown when the device is handed over",
            "exact_words": "the text is what somebody said: its wording is never remarked on",
            "appearance": "how a child meets it: `rings`, `rooms` and `jar` for people, `day-line` for rows",
        },
    ),
    "state_words": ("Words for the states of one item.", {"<state>": "the words of this state"}),
    "group.each": (
        "A follow-up below every question of a group that offers one of the values in `shown_for`.",
        {
            "suffix": "the end of its link_id, after that of the question and a full stop",
            "shown_for": "option codes and states for which it is shown",
            "type": "what it asks for",
            "text": "what is shown",
            "prompt": "guidance for the practitioner",
            "required": "completing needs an entry where it is shown",
            "max_length": "the most characters of a text; 4000 where nothing is said",
            "exact_words": "the text is what somebody said",
        },
    ),
    "rule": ("A rule, in `enable_when`, `when` or `missed_when`: both lists must hold.", _RULE_KEYS),
    "condition": (
        "A condition. An item that is hidden or has no answer makes it false, but for `exists` and `state`.",
        {
            "item": "the link_id it looks at",
            "op": "how it compares",
            "value": "an option code, number, date or text; true or false for `exists`; a state for `state`",
        },
    ),
    "scale": (
        "A count or sum.",
        {
            "id": "its id",
            "title": "its name on screen",
            "items": "the link_ids that it counts",
            "counts": "the option codes that count as one; not needed with `sums`",
            "sums": "add up the weights of chosen options, and numbers, instead",
        },
    ),
    "grades": ("The levels in rising order.", {"<level>": "what the level means"}),
    "route": (
        "A way of reaching a decision. Its numbers are in the area file.",
        {
            "id": "its id, by which the area file gives its numbers",
            "title": "its name on screen",
            "kind": "what decides: a scale, own judgement, recent incidents, a repeat, single indicators",
            "met": "the sentence when it is met, with {value}, {threshold}, {months} and {date}",
            "not_met": "the sentence when it is not met, with the same places",
            "scale": "the scale that a `count` route compares",
            "indicator": "the indicators of an `indicators` route",
        },
    ),
    "route.indicator": (
        "One thing that matters whatever the count says. It counts where the area file names it.",
        {
            "id": "its id",
            "when": "a [rule], required",
            "reason": "the reason in words",
            "source": "required: the id of a source",
        },
    ),
    "flag": (
        "Something to act on today.",
        {
            "id": "its id",
            "when": "a [rule], required",
            "text": "what was found",
            "do": "what to do",
            "call": "the numbers to show",
            "source": "required: the id of a source",
        },
    ),
    "note": (
        "A sentence that answers call for.",
        {
            "id": "its id",
            "when": "a [rule], required",
            "text": "the sentence",
            "source": "required: the id of a source",
        },
    ),
    "supplement": (
        "Another tool that answers call for, in the same visit.",
        {
            "tool": "the id of the tool",
            "when": "a [rule], required",
            "because": "why, in words",
            "source": "required: the id of a source",
        },
    ),
    "attempt": (
        "When the tool came to nothing.",
        {"missed_when": "a [rule], required: what the tool is for was not done; misses in a row are counted"},
    ),
}
AREA: Meanings = {
    "": (
        "The tables of an area file.",
        {
            "area": "the head of the file",
            "device": "how the device behaves",
            "chronology": "the numbers for reading a run of incidents",
            "ledger": "the numbers for accounting for children in a visit",
            "instrument": "thresholds by tool",
        },
    ),
    "area": (
        "The head.",
        {
            "id": "the id, which is also the name of the file",
            "name": "the name on screen",
            "source": "where the numbers come from",
            "date": "the day on which they were signed off",
            "based_on": "the area that gives every tool and number that this file leaves out",
        },
    ),
    "device": (
        "How the device behaves.",
        {"lock_after_s": "seconds without a tap, key or scroll until the screen locks: 30 to 180"},
    ),
    "chronology": (
        "The numbers of a chronology. All are required unless the file is based on another.",
        {
            "cluster_events": "so many incidents ...",
            "cluster_days": "... within so many days are a cluster",
            "several_events": "so many incidents ...",
            "several_months": "... in so many months are several",
            "last_events": "how many of the last incidents severity and gaps are compared over",
            "enough_events": "with fewer dated incidents than this there is no trajectory",
            "window_days": "incidents of so many days are compared with those of as many days before",
            "about_days": '"about" a day lies within so many days of it, either way',
            "near_days": "a key date is near within so many days",
            "separation_months": "a separation is recent for so many months",
            "new_tactic_days": "a tactic first recorded within so many days is new",
            "history_due_days": "in so many days the history is to be read, where that had to wait",
        },
    ),
    "ledger": (
        "Accounting for children.",
        {
            "observe_below": 'the age below which every child is to be observed, such as "P3Y"',
            "copied_words": "sentences of so many words or more are compared between children",
            "copied_alike": "they are pointed out from this similarity on, in percent",
        },
    ),
    "instrument": ("Thresholds by tool.", {"<tool>": "the settings of the tool with this id"}),
    "instrument.<tool>": (
        "The settings of one tool. A tool that is named here takes nothing from the area it is based on.",
        {
            "scale": "the id of the scale that bands are read from",
            "bands": "the bands, rising",
            "many_unknown": "so many unknown answers on that scale are a finding of their own",
            "name_unknown": "link_ids named one by one when they are not known",
            "counts": "thresholds of `count` routes",
            "events": "thresholds of `events` routes",
            "repeats": "periods of `repeat` routes",
            "indicators": "indicators that count, by route",
            "misses": "how often in a row the tool may come to nothing",
        },
    ),
    "instrument.<tool>.bands": (
        "One band of a scale.",
        {"id": "a level of the tool's `grades`", "at_least": "the value from which it holds"},
    ),
    "instrument.<tool>.counts": ("By route.", {"<route>": "the value from which the route is met"}),
    "instrument.<tool>.events": ("By route.", {"<route>": "so many incidents in so many months"}),
    "instrument.<tool>.events.<route>": (
        "One threshold.",
        {"events": "how many incidents", "months": "in how many months"},
    ),
    "instrument.<tool>.repeats": ("By route.", {"<route>": "the period since the last referral"}),
    "instrument.<tool>.repeats.<route>": ("One period.", {"months": "how many months"}),
    "instrument.<tool>.indicators": (
        "By route.",
        {"<route>": "the ids of the indicators of the tool that count"},
    ),
    "instrument.<tool>.misses": (
        "Misses in a row.",
        {"alert": "from how many on an alert is shown", "escalate": "from how many on it is escalated"},
    ),
}


def pages() -> dict[Path, str]:
    """Each guide with its tables as they should be. Raises ValueError when a marker is missing."""
    return {
        DOCS / "adding-an-instrument.md": _page("adding-an-instrument.md", tool_keys(), TOOL),
        DOCS / "adding-an-area.md": _page("adding-an-area.md", area_keys(), AREA),
    }


def _page(name: str, keys: dict[Key, KeyUse], meanings: Meanings) -> str:
    start, end = "<!-- keys: made by tools.format_pages -->", "<!-- keys: end -->"
    before, opened, rest = (DOCS / name).read_text(encoding="utf-8").partition(start)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(name)
    return f"{before}{start}\n\n{key_tables(keys, meanings)}\n\n{end}{after}"


def key_tables(keys: dict[Key, KeyUse], meanings: Meanings) -> str:
    """One table for each table of the file. Raises ValueError for a key without meaning, or a meaning
    without key."""
    described = {Key(table, name) for table, (_, names) in meanings.items() for name in names}
    if described ^ keys.keys():
        raise ValueError(sorted(described ^ keys.keys()))
    parts = []
    for table, (about, names) in meanings.items():
        lines = [f"### {f'`{table}`' if table else 'The file'}", "", about, ""]
        lines += ["| key | value | needed | meaning |", "|---|---|---|---|"]
        for name, meaning in names.items():
            use = keys[Key(table, name)]
            values = f": {', '.join(f'`{value}`' for value in use.values)}" if use.values else ""
            kinds, needed = " or ".join(use.kinds), "yes" if use.required else ""
            lines.append(f"| `{name}` | {kinds}{values} | {needed} | {meaning.replace('|', chr(92) + '|')} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
