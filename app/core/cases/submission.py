"""Completing an assessment: fill, sign, seal to the service, commit together with its outbox entry."""

import json
from dataclasses import replace

from app.core.cases.form_metadata import add_history_follow_up, completed_in_contact
from assessments.casework import child_sessions
from assessments.casework.phrasing_check import find_kept_phrases
from assessments.casework.records import Assessment, Contact, Person
from assessments.engine import form as forms
from assessments.engine.answers import to_plain
from assessments.errors import CompletionBlocked
from assessments.ports import Clock
from assessments.store import Store, UnlockedStore, assessments, people
from assessments.store.completion import complete
from sync.device.enrolment import EnrolledService
from sync.envelope import PAYLOAD_SCHEMA, ServiceKey, Statement, seal_submission

SERVICE_SETTING = "service"


def complete_assessment(
    store: Store, keys: UnlockedStore, clock: Clock, assessment: Assessment, form: forms.Form
) -> Assessment:
    """Sign, seal once to the service, and commit the record and its outbox entry together."""
    service = load_sealing_key(store)
    ensure_escrow(store, keys)
    form = replace(form, context=replace(form.context, done=completed_in_contact(keys, assessment)))
    completed = fill_record(keys, assessment, form).model_copy(
        update={"status": "completed", "completed_at": clock.now()}
    )
    if form.result.grade.provisional:
        # Written first: a cut in between leaves too much to do, never too little.
        add_history_follow_up(keys, completed)
    with store.completing(keys) as author_seq:
        statement = Statement(
            id=completed.id,
            author=keys.author,
            device=store.device.device_id,
            author_seq=author_seq,
            claimed_at=clock.now(),
            schema=PAYLOAD_SCHEMA,
        )
        envelope = seal_submission(build_payload(keys, completed), statement, keys.sign, service)
        complete(keys, completed, envelope, service.kid)
    return completed


def fill_record(keys: UnlockedStore, assessment: Assessment, form: forms.Form) -> Assessment:
    """The record with the answers and the result as the form has them, and the child's turns."""
    lines, outcome = assessments.read_answer_log(keys, assessment.id), forms.form_to_plain(form)
    kept = ("scales", "band", "routes", "grade", "supplements", "findings")
    return assessment.model_copy(
        update={
            "context": replace(form.context, kept_phrases=find_kept_phrases(form)),
            "answers": {link_id: to_plain(entry) for link_id, entry in form.answers.items()},
            "hidden": {link_id: to_plain(entry) for link_id, entry in form.hidden.items()},
            "result": {name: outcome[name] for name in kept},
            "sittings": child_sessions.read_child_sessions(lines),
            "origins": child_sessions.read_origins(lines.current_answers()),
            "lost_lines": len(lines.lost),
        }
    )


def build_payload(keys: UnlockedStore, assessment: Assessment) -> bytes:
    """What the service gets: the record, and as much of the household as gives it meaning."""
    household = people.read_household_records(keys, assessment.household_id).household
    subject = people.read_record(keys, Person, assessment.subject_id)
    contact = people.read_record(keys, Contact, assessment.contact_id)
    records = {"assessment": assessment, "contact": contact, "household": household, "subject": subject}
    tool = (assessment.instrument, assessment.version, assessment.instrument_hash)
    parts = {
        "schema": PAYLOAD_SCHEMA,
        "instrument": dict(zip(("id", "version", "hash"), tool, strict=True)),
        **{name: record.model_dump(mode="json") for name, record in records.items()},
    }
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def ensure_escrow(store: Store, keys: UnlockedStore) -> bool:
    """Make what lets this person in again, unless it is made. False while the recovery keys are not known."""
    known = load_enrolled_service(store)
    if known is None or known.recovery_keys is None:
        return False
    made = store.escrow(keys.author)
    agency, service = known.recovery_keys
    if made is None or (made.agency_kid, made.service_kid) != (agency.kid, service.kid):
        store.save_escrow(keys, agency, service)
    return True


def load_sealing_key(store: Store) -> ServiceKey:
    """The key that finished work is sealed to. Raises NotReady while no service has been met."""
    keys = load_enrolled_service(store)
    if keys is None:
        raise CompletionBlocked("not-introduced")
    return keys.sealing_key


def load_enrolled_service(store: Store) -> EnrolledService | None:
    """The service that this device was introduced to, or None."""
    kept = store.settings.get(SERVICE_SETTING)
    return EnrolledService.from_plain(json.loads(kept)) if kept else None
