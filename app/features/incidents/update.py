"""Incidents, key dates and pattern statements as typed, and what their pages save, or refuse. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from app.core.cases.record_changes import FormState, SaveRecords, Submitted, decide_form
from app.core.drafts import Draft
from app.core.plain import Json
from app.features.shared.day_draft import DayDraft
from app.features.shared.incident_fields import INCIDENT_TEXT_FIELDS
from app.features.shared.parse_typed import parse_time
from app.kit.messages import say
from assessments.casework.casework_records import ChildAtIncident, Incident, KeyDate, PatternStatement
from assessments.casework.ids import new_id
from assessments.casework.phrasing_check import find_phrases

SEVERITY_UNKNOWN = "unknown"
CHILD_PRESENCE_CODES = ("there", "saw", "heard", "elsewhere")
# What the practitioner words: phrases in it are pointed out, and those kept are counted by code. What was
# done is not: it may be told in somebody's own words.
PHRASING_CHECKED_FIELDS = ("outcome", "protective")
_MAX_WHERE_LENGTH = 200
_MAX_KEY_DATE_LENGTH = 400
# Somebody's words may stand here: they stay as they came.
_UNTRIMMED_FIELDS = ("what", "threat")


@dataclass(frozen=True, repr=False)
class IncidentDraft(DayDraft):
    """`severity` is "1" to "4", SEVERITY_UNKNOWN or "".

    `seen` holds CHILD_PRESENCE_CODES and `where` a place, by the id of each child who is asked about. They
    are kept as "seen-<id>" and "where-<id>", and `first_known` as "first-known".
    """

    what: str = ""
    source: str = ""
    place: str = ""
    threat: str = ""
    injury: str = ""
    police: str = ""
    outcome: str = ""
    protective: str = ""
    first_known: str = ""
    time: str = ""
    severity: str = ""
    by: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What stands in a text field, by its name on the form."""
        return str(getattr(self, name.replace("-", "_")))

    def to_plain(self) -> dict[str, Json]:
        """Return the draft as JSON values, those of a child under keys of their own."""
        plain = super().to_plain()
        plain["first-known"] = plain.pop("first_known")
        del plain["seen"], plain["where"]
        plain |= {f"seen-{child_id}": list(codes) for child_id, codes in self.seen.items()}
        return plain | {f"where-{child_id}": words for child_id, words in self.where.items()}

    @classmethod
    def from_plain(cls, plain: object, default: Self | None = None) -> Self:
        """Read JSON values; with a `default`, of the children who stand in it only."""
        given = dict(plain) if isinstance(plain, Mapping) else {}
        names = [name for name in given if isinstance(name, str)]
        children = {
            part: {
                name.removeprefix(f"{part}-"): given[name] for name in names if name.startswith(f"{part}-")
            }
            for part in ("seen", "where")
        }
        draft = super().from_plain({**given, **children, "first_known": given.get("first-known")}, default)
        if default is None:
            return draft
        return replace(
            draft,
            seen={child_id: draft.seen.get(child_id, codes) for child_id, codes in default.seen.items()},
            where={child_id: draft.where.get(child_id, words) for child_id, words in default.where.items()},
        )


def empty_incident_draft(child_ids: Iterable[str]) -> IncidentDraft:
    """Return an empty draft that asks about these children."""
    return IncidentDraft(seen=dict.fromkeys(child_ids, ()), where=dict.fromkeys(child_ids, ""))


def draft_from_incident(incident: Incident, child_ids: Iterable[str]) -> IncidentDraft:
    """Return a saved incident as a draft, to be changed."""
    on, known = incident.on, {child.id: child for child in incident.children}
    texts = {name: getattr(incident, own) for name, (own, _) in INCIDENT_TEXT_FIELDS.items()}
    return IncidentDraft(
        when="other",
        day=f"{on.day} {on.month} {on.year}",
        precision=incident.precision,
        time=incident.time,
        severity=str(incident.severity) if incident.severity else SEVERITY_UNKNOWN,
        by=incident.by_ids,
        to=incident.to_ids,
        tactics=incident.tactics,
        kept=incident.kept_phrases,
        seen={one: _presence_codes(known[one]) if one in known else () for one in child_ids},
        where={one: known[one].where if one in known else "" for one in child_ids},
        **{name.replace("-", "_"): words for name, words in texts.items()},
    )


def validate_incident(draft: IncidentDraft, today: date) -> dict[str, str]:
    """Return what is still wanting, by the place on the page."""
    found = draft.validate_day(today, ahead=False)
    for name in ("what", "source"):
        if not draft.text(name).strip():
            found[name] = say(f"event.problem.{name}")
    if not draft.severity:
        found["severity"] = say("event.problem.severity")
    for name, (_, longest) in INCIDENT_TEXT_FIELDS.items():
        if len(draft.text(name)) > longest:
            found[name] = say("event.problem.long", n=longest)
    for child_id, words in draft.where.items():
        if len(words) > _MAX_WHERE_LENGTH:
            found[f"where-{child_id}"] = say("event.problem.long", n=_MAX_WHERE_LENGTH)
    if draft.time.strip() and parse_time(draft.time) is None:
        found["time"] = say("event.problem.time")
    return found


def incident_from_draft(
    draft: IncidentDraft, household_id: str, today: date, before: Incident | None = None
) -> Incident:
    """Return the record of a draft without problems. A change keeps the id and whatever is not asked for."""
    hour = parse_time(draft.time)
    others = [child for child in before.children if child.id not in draft.seen] if before else []
    standing = {hit.code for name in PHRASING_CHECKED_FIELDS for hit in find_phrases(draft.text(name))}
    changes = {
        "on": draft.on(today),
        "precision": draft.day_precision,
        "time": hour.strftime("%H:%M") if hour else "",
        "severity": None if draft.severity == SEVERITY_UNKNOWN else int(draft.severity),
        "by_ids": draft.by,
        "to_ids": draft.to,
        "tactics": draft.tactics,
        "kept_phrases": tuple(code for code in draft.kept if code in standing),
        "children": (
            *others,
            *(_child(draft, one) for one in draft.seen if draft.seen[one] or draft.where[one]),
        ),
        **{
            own: draft.text(name) if name in _UNTRIMMED_FIELDS else draft.text(name).strip()
            for name, (own, _) in INCIDENT_TEXT_FIELDS.items()
        },
    }
    new = {"id": new_id(), "household_id": household_id}
    return Incident.model_validate({**(dict(before) if before is not None else new), **changes})


def _child(draft: IncidentDraft, child_id: str) -> ChildAtIncident:
    codes = draft.seen[child_id]
    return ChildAtIncident(
        id=child_id,
        there="elsewhere" not in codes,
        where=draft.where[child_id].strip(),
        saw_it=True if "saw" in codes else None,
        heard_it=True if "heard" in codes else None,
    )


def _presence_codes(child: ChildAtIncident) -> tuple[str, ...]:
    said = {
        "there": child.there and not (child.saw_it or child.heard_it),
        "saw": child.saw_it,
        "heard": child.heard_it,
        "elsewhere": not child.there,
    }
    return tuple(code for code in CHILD_PRESENCE_CODES if said[code])


@dataclass(frozen=True, repr=False)
class KeyDateDraft(DayDraft):
    """The kind of key date, the person it is about, by id, and words on it."""

    kind: str = ""
    person: str = ""
    words: str = ""


def validate_key_date(draft: KeyDateDraft, today: date) -> dict[str, str]:
    """Return what is still wanting, by field. The day may lie ahead."""
    found = {} if draft.kind else {"kind": say("milestone.problem.kind")}
    found |= draft.validate_day(today, ahead=True)
    if len(draft.words) > _MAX_KEY_DATE_LENGTH:
        found["words"] = say("event.problem.long", n=_MAX_KEY_DATE_LENGTH)
    return found


def key_date_from_draft(draft: KeyDateDraft, household_id: str, today: date) -> KeyDate:
    """Return the record of a draft without problems."""
    return KeyDate.model_validate(
        {
            "id": new_id(),
            "household_id": household_id,
            "on": draft.on(today),
            "precision": draft.day_precision,
            "kind": draft.kind,
            "person_id": draft.person,
            "words": draft.words.strip(),
        }
    )


@dataclass(frozen=True, repr=False)
class StatementDraft(Draft):
    """A pattern statement, the ids of the records it was drafted from, and codes of phrases that stay."""

    words: str = ""
    drafted_from: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def draft_from_statement(saved: PatternStatement) -> StatementDraft:
    """Return a saved statement as a draft, to be changed."""
    return StatementDraft(saved.words, saved.drafted_from, saved.kept_phrases)


def statement_from_draft(
    draft: StatementDraft, person_id: str, household_id: str, before: PatternStatement | None, drafted: str
) -> PatternStatement:
    """Return the record: `drafted` is the statement as it would be without a change by a person."""
    standing = {hit.code for hit in find_phrases(draft.words)}
    return PatternStatement(
        id=before.id if before is not None else new_id(),
        household_id=household_id,
        person_id=person_id,
        words=draft.words,
        drafted_from=draft.drafted_from,
        edited=draft.words != drafted,
        kept_phrases=tuple(code for code in draft.kept if code in standing),
    )


OPTIONAL_FIELDS = ("time", "place", "injury", "police", "outcome", "protective", "first-known")


class IncidentState(FormState):
    """What is wrong, and whether the part that can wait is open."""

    is_open: bool = False


def update(state: IncidentState, event: Submitted) -> tuple[IncidentState, tuple[SaveRecords, ...]]:
    """Decide what follows from a draft that is to be saved. A problem in the part that can wait opens it."""
    household_id, today, about = event.page.household.id, event.today, event.about
    match event.draft:
        case IncidentDraft() as draft:
            problems, before = validate_incident(draft, today), about if isinstance(about, Incident) else None
            opened = state.is_open or not {"threat", *OPTIONAL_FIELDS}.isdisjoint(problems)
            return decide_form(
                replace(state, is_open=opened),
                problems,
                lambda: [incident_from_draft(draft, household_id, today, before)],
            )
        case KeyDateDraft() as key_date:
            return decide_form(
                state,
                validate_key_date(key_date, today),
                lambda: [key_date_from_draft(key_date, household_id, today)],
            )
    return state, ()
