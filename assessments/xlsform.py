"""XLSForm export: a tool as a workbook that pyxform accepts, for ODK and Kobo.

Scales, flags and notes are exported; routes and grades, whose numbers are area settings, are not
(`list_left_out`). Needs openpyxl, which is not on the phone.
"""

import re
from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook  # type: ignore[import-untyped]  # it has no types
from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]  # the same

from assessments.definitions.definition import Condition, Instrument, Item, Scale, When
from assessments.engine.answers import NOT_ASKED_REASONS, ORIGINS

_COLUMNS = (
    *("type", "name", "label", "hint", "guidance_hint", "required", "relevant", "constraint"),
    *("constraint_message", "appearance", "parameters", "calculation", "bind::wren:link_id"),
)
_TEXT_COLUMNS = ("label", "hint", "guidance_hint", "form_title")
_TYPES = {"text": "text", "integer": "integer", "decimal": "decimal", "date": "date", "time": "time"}
_TYPES |= {"drawing": "image"}
_STATE_WORDS = {
    "asked-unknown": "Asked, not known",
    "asked-declined": "Asked, preferred not to say",
    "child-pass": "Not now",
    "not-asked": "Not asked",
    "not-applicable": "Does not apply",
    "observed-instead": "Watched, not asked",
}
# A choice that says why there is no answer starts with this, so that no option of a tool is like it.
_STATE_PREFIX = "state_"
_FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
SheetRow = dict[str, str]


def export_xlsform(instrument: Instrument) -> bytes:
    """The workbook, as the bytes of an .xlsx file."""
    return _XlsformWriter(instrument).workbook()


def list_left_out(instrument: Instrument) -> tuple[str, ...]:
    """What an XLSForm does not carry, as "kind:id"."""
    found = [f"route:{route.id}" for route in instrument.routes]
    found += [f"grade:{code}" for code, _ in instrument.grades]
    return (*found, *(f"supplement:{other.tool}" for other in instrument.supplements))


class _XlsformWriter:
    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.rows: list[SheetRow] = []
        self.lists: dict[tuple[tuple[str, str], ...], str] = {}
        self.names: dict[str, str] = {}
        for link_id in instrument.index:
            self.names[link_id] = self._name(link_id)

    def workbook(self) -> bytes:
        for item in self.instrument.items:
            self._item(item)
        for scale in self.instrument.scales:
            self._row("calculate", f"scale__{scale.id}", calculation=self._sum(scale))
        for flag in self.instrument.flags:
            words = f"{flag.text} {flag.do}"
            self._row("note", f"flag__{flag.id}", label=words, relevant=self._when(flag.when))
        for note in self.instrument.notes:
            self._row("note", f"note__{note.id}", label=note.text, relevant=self._when(note.when))
        book = Workbook()
        sheet = book.active
        sheet.title = "survey"
        _write_sheet(sheet, _COLUMNS, self.rows)
        choices = [
            {"list_name": name, "name": code, "label": words}
            for options, name in self.lists.items()
            for code, words in options
        ]
        _write_sheet(book.create_sheet("choices"), ("list_name", "name", "label"), choices)
        settings = {
            "form_title": self.instrument.title,
            "form_id": self.instrument.id,
            "version": self.instrument.version,
            "namespaces": 'wren="https://wren.example/xlsform"',
        }
        _write_sheet(book.create_sheet("settings"), tuple(settings), [settings])
        stream = BytesIO()
        book.save(stream)
        return stream.getvalue()

    def _name(self, link_id: str) -> str:
        """A link_id as a name that XML and every XPath tool accepts, unlike all others.

        It never holds two underscores inside: names with two are those that only the form has.
        """
        name = re.sub(r"[^a-zA-Z0-9_]", "_", link_id)
        name = name if name[0].isalpha() else f"q_{name}"
        taken = {known.lower() for known in self.names.values()}
        while name.lower() in taken:
            name += "_"
        return name

    def _row(self, type: str, name: str, **cells: str) -> None:
        name = re.sub(r"[^a-zA-Z0-9_]", "_", name)
        self.rows.append({"type": type, "name": name, **cells})

    def _list(self, options: Iterable[tuple[str, str]]) -> str:
        return self.lists.setdefault(tuple(options), f"list_{len(self.lists) + 1}")

    def _item(self, item: Item) -> None:
        name = self.names[item.link_id]
        cells = {
            "label": item.text,
            "relevant": self._when(item.enable_when),
            "bind::wren:link_id": item.link_id,
        }
        hints = (
            item.prompt,
            item.low_text and f"Low: {item.low_text}",
            item.high_text and f"High: {item.high_text}",
        )
        asked = {**cells, "hint": " ".join(hint for hint in hints if hint), "guidance_hint": item.help}
        match item.type:
            case "group":
                kind = "repeat" if item.repeats else "group"
                self._row(f"begin {kind}", name, **{key: cells[key] for key in ("label", "relevant")})
                self._guide(item, name)
                self._inside(item)
                self._row(f"end {kind}", name)
                return
            case "display":
                self._row("note", name, **asked)
                return
            case "words" | "people":
                self._lines(item, name, asked)
            case "choice" | "choices":
                self._choice(item, name, asked)
            case _:
                self._value(item, name, asked)
        self._inside(item)

    def _inside(self, item: Item) -> None:
        for inner in item.items:
            self._item(inner)

    def _guide(self, item: Item, name: str) -> None:
        """What guides the practitioner through a group, and keeps a group from being empty."""
        self._row("note", f"{name}__guide", label=item.prompt or item.help or item.text)

    def _choice(self, item: Item, name: str, cells: SheetRow) -> None:
        """One choice or several; the states of not answering come last and exclude all else."""
        states = [(f"{_STATE_PREFIX}{state}", words) for state, words in self._states(item)]
        options = [(option.code, option.text) for option in item.options if not option.retired]
        listed = self._list((*options, *states))
        if item.type == "choices":
            alone = [code for code, _ in states] + [option.code for option in item.options if option.alone]
            rules = [f"(not(selected(., '{code}')) or count-selected(.) = 1)" for code in alone]
            cells |= {"constraint": " and ".join(rules), "constraint_message": "Choose this one alone."}
        kind = "select_one" if item.type == "choice" else "select_multiple"
        self._row(f"{kind} {listed}", name, **cells, required="yes" if item.required else "")
        if "not-asked" in item.states:
            self._reason(name, f"selected(${{{name}}}, '{_STATE_PREFIX}not-asked')", cells["relevant"])

    def _value(self, item: Item, name: str, cells: SheetRow) -> None:
        """A number, day, time or text; why there is none is asked after it."""
        if item.minimum is not None or item.maximum is not None:
            bounds = ((">=", item.minimum), ("<=", item.maximum))
            rule = " and ".join(f". {op} {value}" for op, value in bounds if value is not None)
            words = " to ".join(str(value) for _, value in bounds if value is not None)
            cells |= {"constraint": rule, "constraint_message": f"A number in this range: {words}."}
        if item.type == "text":
            cells |= {"constraint": f"string-length(.) <= {item.max_length}", "appearance": "multiline"}
            cells |= {"constraint_message": f"Use at most {item.max_length} letters."}
        if item.type == "drawing":
            cells |= {"appearance": "draw", "parameters": "max-pixels=1600"}
        self._row(_TYPES[item.type], name, **cells, required=self._required(item, name))
        self._absent(item, name, cells["relevant"])

    def _lines(self, item: Item, name: str, cells: SheetRow) -> None:
        """Exact words with where they came from, or people with their place: one repeat for each."""
        self._row("begin repeat", name, label=cells["label"], relevant=cells["relevant"])
        required = self._required(item, name)
        cells = {**cells, "relevant": "", "required": required}
        if item.type == "words":
            self._row("text", f"{name}__words", **cells, appearance="multiline")
            origins = self._list((origin, origin.replace("-", " ").capitalize()) for origin in ORIGINS)
            self._row(f"select_one {origins}", f"{name}__origin", label="Where do these words come from?")
            self._row("text", f"{name}__prompt", label="What was asked just before?")
        else:
            self._row("text", f"{name}__who", **cells)
            places = self._list((option.code, option.text) for option in item.options if not option.retired)
            self._row(f"select_one {places}", f"{name}__place", label="Where?")
        self._row("end repeat", name)
        self._absent(item, name, self._when(item.enable_when))

    def _required(self, item: Item, name: str) -> str:
        if not item.required:
            return ""
        return f"${{{name}__absent}} = ''" if item.states else "yes"

    def _absent(self, item: Item, name: str, relevant: str) -> None:
        states = self._states(item)
        if not states:
            return
        label = f"No answer to “{item.text}”? Say why."
        self._row(f"select_one {self._list(states)}", f"{name}__absent", label=label, relevant=relevant)
        if "not-asked" in item.states:
            self._reason(name, f"${{{name}__absent}} = 'not-asked'", relevant)

    def _reason(self, name: str, rule: str, relevant: str) -> None:
        reasons = self._list((code, code.replace("-", " ").capitalize()) for code in NOT_ASKED_REASONS)
        rule = f"({relevant}) and {rule}" if relevant else rule
        self._row(f"select_one {reasons}", f"{name}__reason", label="Why was this not asked?", relevant=rule)

    def _states(self, item: Item) -> list[tuple[str, str]]:
        words = dict(item.state_words)
        return [(state, words.get(state) or _STATE_WORDS[state]) for state in item.states]

    def _when(self, when: When) -> str:
        every = [self._condition(condition) for condition in when.all]
        some = [self._condition(condition) for condition in when.any]
        if some:
            every.append(f"({' or '.join(some)})")
        return " and ".join(every)

    def _condition(self, condition: Condition) -> str:
        """One condition as XPath, with the meaning that `engine.enablement.condition_holds` gives it."""
        item = self.instrument.index[condition.item]
        name = self.names[condition.item]
        if condition.op == "exists":
            answered = self._answered(item, name)
            return answered if condition.value else f"not({answered})"
        if condition.op == "state":
            return self._in_state(item, name, str(condition.value))
        value = _literal(condition.value, item)
        if item.type in ("words", "people") or item.repeats:
            place = f"{name}__{'place' if item.type == 'people' else 'words'}"
            return f"selected(join(' ', ${{{place}}}), {value})"
        if item.type in ("choice", "choices"):
            chosen = f"selected(${{{name}}}, {value})"
            answered = self._answered(item, name)
            return chosen if condition.op == "=" else f"({answered} and not({chosen}))"
        return f"(${{{name}}} != '' and ${{{name}}} {condition.op} {value})"

    def _answered(self, item: Item, name: str) -> str:
        if item.type in ("words", "people"):
            inner = f"{name}__{'words' if item.type == 'words' else 'who'}"
            return f"(string-length(join('', ${{{inner}}})) > 0)"
        if item.repeats:
            return f"(count(${{{name}}}) > 0)"
        if item.type not in ("choice", "choices"):
            return f"(${{{name}}} != '')"
        states = [f" and not(selected(${{{name}}}, '{_STATE_PREFIX}{state}'))" for state in item.states]
        return f"(${{{name}}} != ''{''.join(states)})"

    def _in_state(self, item: Item, name: str, state: str) -> str:
        if state == "answered":
            return self._answered(item, name)
        choice = item.type in ("choice", "choices")
        if state == "not-reached":
            rest = f" and ${{{name}__absent}} = ''" if item.states and not choice else ""
            empty = f"${{{name}}} = ''" if choice else f"not({self._answered(item, name)})"
            return f"({empty}{rest})"
        if state not in item.states:
            return "false()"
        return (
            f"selected(${{{name}}}, '{_STATE_PREFIX}{state}')"
            if choice
            else f"${{{name}__absent}} = '{state}'"
        )

    def _sum(self, scale: Scale) -> str:
        parts = [self._worth(self.instrument.index[link_id], scale) for link_id in scale.items]
        return " + ".join(part for part in parts if part) or "0"

    def _worth(self, item: Item, scale: Scale) -> str:
        name = self.names[item.link_id]
        if not scale.sums:
            chosen = " or ".join(f"selected(${{{name}}}, '{code}')" for code in scale.counts)
            return f"if({chosen}, 1, 0)"
        if item.type in ("integer", "decimal"):
            return f"coalesce(${{{name}}}, 0)"
        weighed = [option for option in item.options if option.weight]
        return " + ".join(f"if(selected(${{{name}}}, '{o.code}'), {o.weight}, 0)" for o in weighed)


def _literal(value: str | int | float | bool, item: Item) -> str:
    if isinstance(value, bool):
        return "true()" if value else "false()"
    if isinstance(value, int | float):
        return repr(value)
    if item.type == "date":
        return f"date('{value}')"
    # XPath 1.0 has no way to write a quotation mark of the kind that ends the text.
    return f'"{value}"' if "'" in value else f"'{value}'"


def _write_sheet(sheet: Worksheet, columns: tuple[str, ...], rows: list[SheetRow]) -> None:
    """Write rows as text: a cell that begins with "=" must not become a formula."""
    sheet.append(list(columns))
    for number, row in enumerate(rows, start=2):
        for place, column in enumerate(columns, start=1):
            words = row.get(column, "")
            if words:
                cell = sheet.cell(number, place)
                cell.value = _escape_cell(words) if column in _TEXT_COLUMNS else words
                cell.data_type = "s"


def _escape_cell(words: str) -> str:
    """Words for a cell; "${" would name a question."""
    return _FORBIDDEN_CHARACTERS.sub("\ufffd", words).replace("${", "$ {")
