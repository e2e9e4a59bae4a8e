"""Opening of stored submissions, and their projection into readable tables.

The only part of the service that uses a private receive key. Each submission is opened in a transaction of
its own, after it was stored and answered, so no fault in it can undo the storing or keep another from being
opened. What cannot be opened, does not agree with itself or meets a fault that nobody foresaw is `held` with
a reason, for a person to look at; the sealed bytes stay, and everything here can be made again from them.
"""

import json
import logging
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg import Connection

from assessments.casework.records import Assessment, Contact, Household, Person, person_field_uses
from assessments.errors import WrenError
from assessments.ports import Clock
from sync.envelope import PAYLOAD_SCHEMA, OpenedSubmission, open_submission
from sync.service import feed
from sync.service.database import ServiceDatabase
from sync.service.service_keys import ServiceSecrets

# What of a person can be read here: a field says it of itself.
PERSON_COLUMNS = tuple(name for name, use in person_field_uses().items() if use.service)
# How deep lists and objects stand in each other: a form needs about eight.
MAX_DEPTH = 32
_RETRY_AFTER_S = 5.0
# So many failures in a row are a fault of the database and not of a submission.
_FAILURES_IN_A_ROW = 3
_BACKLOG_FOR = timedelta(seconds=10)
# Classes of SQLSTATE that say nothing about what was to be written: connection, rollback for another
# transaction's sake, resources, intervention, system. Source: PostgreSQL, appendix A.
_DATABASE_FAULTS = {"08", "40", "53", "57", "58"}

_log = logging.getLogger("wren.service")


class SubmissionHeld(WrenError, code="held"):
    """A submission that stays stored and waits for a person; `code` is the reason."""


@dataclass(frozen=True, slots=True, repr=False)
class StoredSubmission:
    """A submission as it was stored."""

    agency: str
    id: uuid.UUID
    sequence: int
    device: str
    envelope: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Backlog:
    """What is stored and not opened, never tried or held: how many, and when the oldest came, in UTC."""

    count: int
    oldest: datetime | None


class SubmissionOpener:
    """Opens submissions one after another in a thread of its own, so that intake never waits for it."""

    def __init__(self, database: ServiceDatabase, secrets: ServiceSecrets, clock: Clock) -> None:
        self._database = database
        self._secrets = secrets
        self._clock = clock
        self._queue: list[tuple[str, str]] = []
        self._rescan = True
        self._stopping = False
        self._working = False
        # Asked for by anybody who asks how the service is, so it is not counted for each of them.
        self._backlog: tuple[datetime, Backlog] | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="wren-opener", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def enqueue(self, agency: str, ids: Sequence[str]) -> None:
        """Open these when there is time for it."""
        with self._changed:
            self._queue.extend((agency, each) for each in ids)
            self._changed.notify_all()

    def wait_until_idle(self, timeout_s: float) -> bool:
        """True when nothing is left to open."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not (self._queue or self._rescan or self._working), timeout_s
            )

    def backlog(self) -> Backlog:
        """What is not opened, counted at most every ten seconds. Raises DatabaseUnavailable."""
        now, known = self._clock.now(), self._backlog
        if known is None or not timedelta() <= now - known[0] < _BACKLOG_FOR:
            known = self._backlog = (now, count_unopened(self._database))
        return known[1]

    def stop(self) -> None:
        """Stop the thread after the submission that it is opening."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._working = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._queue or self._rescan or self._stopping)
                if self._stopping:
                    return
                todo, look = self._queue, self._rescan
                self._queue, self._rescan, self._working = [], False, True
            self._open_all(todo, look=look)

    def _open_all(self, todo: Sequence[tuple[str, str]], *, look: bool) -> None:
        is_all_done, in_a_row = True, 0
        try:
            if look:
                todo = [*list_unopened(self._database), *todo]
            for agency, submission_id in todo:
                if self._stopping:
                    return
                if self._try_to_open(agency, submission_id):
                    in_a_row = 0
                    continue
                is_all_done, in_a_row = False, in_a_row + 1
                if in_a_row == _FAILURES_IN_A_ROW:
                    break
        except WrenError as fault:
            _log.warning("open-fault %s", type(fault).__name__)
            is_all_done = False
        if not is_all_done:
            with self._changed:
                self._rescan = True
                self._changed.wait_for(lambda: self._stopping, _RETRY_AFTER_S)

    def _try_to_open(self, agency: str, submission_id: str) -> bool:
        """Whether it was opened or held. One that fails is looked for again, and the next is tried."""
        try:
            open_and_project(self._database, self._secrets, self._clock, agency, submission_id)
        # The thread must outlive any fault, or nothing would be opened again until a restart.
        except Exception as fault:  # noqa: BLE001, RUF100 - see above; the submission stays stored
            _log.warning("open-fault %s", type(fault).__name__)
            return False
        return True


def list_unopened(database: ServiceDatabase) -> list[tuple[str, str]]:
    """Whatever is stored and not opened, oldest first: never tried, or held."""
    with database.transaction() as connection:
        rows = connection.execute(
            "SELECT s.agency, s.id FROM submission s LEFT JOIN assessment a USING (agency, id)"
            " WHERE a.id IS NULL ORDER BY s.sequence"
        ).fetchall()
    return [(agency, str(id_)) for agency, id_ in rows]


def count_unopened(database: ServiceDatabase) -> Backlog:
    """How many are stored and not opened, and when the oldest of them came."""
    with database.transaction() as connection:
        row = connection.execute(
            "SELECT count(*), min(s.received_at) FROM submission s LEFT JOIN assessment a USING (agency, id)"
            " WHERE a.id IS NULL"
        ).fetchone()
    return Backlog(*row) if row is not None else Backlog(0, None)


def open_and_project(
    database: ServiceDatabase, secrets: ServiceSecrets, clock: Clock, agency: str, submission_id: str
) -> None:
    """Open and project one submission, or hold it; in one transaction. Again is harmless."""
    with database.transaction() as connection:
        # Two openers at once would both find it unopened.
        connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{agency}/{submission_id}",)
        )
        row = connection.execute(
            "SELECT s.id, s.sequence, s.device, s.envelope, a.id IS NOT NULL,"
            " (SELECT reason FROM change c WHERE c.agency = s.agency AND c.id = s.id"
            "  ORDER BY c.sequence DESC LIMIT 1)"
            " FROM submission s LEFT JOIN assessment a USING (agency, id) WHERE s.agency = %s AND s.id = %s",
            (agency, submission_id),
        ).fetchone()
        if row is None or row[4]:
            return
        stored = StoredSubmission(agency, row[0], row[1], row[2], bytes(row[3]))
        reason = _open_or_reason(connection, secrets, stored)
        # Said before with the same reason: nothing new to say.
        if reason is None or reason != row[5]:
            word = "opened" if reason is None else "held"
            feed.append_change(connection, agency, stored.device, stored.id, word, reason, clock.now())


def _open_or_reason(connection: Connection, secrets: ServiceSecrets, stored: StoredSubmission) -> str | None:
    """Open and project it, whole or not at all. Returns why it is held; None when it is opened."""
    try:
        with connection.transaction():
            _project(connection, stored, _open_and_verify(connection, secrets, stored))
    except WrenError as held:
        return held.code
    # Whatever one submission brings about is no reason to leave the others closed.
    except Exception as fault:
        if isinstance(fault, psycopg.Error) and (fault.sqlstate or "08")[:2] in _DATABASE_FAULTS:
            raise
        _log.warning("held-fault %s", type(fault).__name__)
        return "unforeseen"
    return None


def _open_and_verify(
    connection: Connection, secrets: ServiceSecrets, stored: StoredSubmission
) -> OpenedSubmission:
    opened = open_submission(stored.envelope, str(stored.id), secrets.receive_private_keys)
    statement = opened.statement
    if (statement.id, statement.device) != (str(stored.id), stored.device):
        raise SubmissionHeld("statement-mismatch")
    rows = connection.execute(
        "SELECT author_key FROM author WHERE agency = %s AND device = %s AND author = %s",
        (stored.agency, stored.device, statement.author),
    ).fetchall()
    if not rows:
        raise SubmissionHeld("unknown-author")
    if not any(opened.is_signed_by(bytes(row[0])) for row in rows):
        raise SubmissionHeld("bad-signature")
    if statement.schema != PAYLOAD_SCHEMA:
        raise SubmissionHeld("unknown-schema")
    return opened


def _project(connection: Connection, stored: StoredSubmission, opened: OpenedSubmission) -> None:
    try:
        payload = json.loads(opened.payload)
        if _is_too_deep(payload, MAX_DEPTH):
            raise SubmissionHeld("too-deep")
        if payload["schema"] != PAYLOAD_SCHEMA:
            raise SubmissionHeld("unknown-schema")
        assessment = Assessment.model_validate(payload["assessment"])
        contact = Contact.model_validate(payload["contact"])
        household = Household.model_validate(payload["household"])
        subject = Person.model_validate(payload["subject"])
        instrument = payload["instrument"]
        pinned = (instrument["id"], instrument["version"], instrument["hash"])
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise SubmissionHeld("malformed") from fault
    if (
        (assessment.id, assessment.author) != (opened.statement.id, opened.statement.author)
        or (contact.id, household.id, subject.id)
        != (assessment.contact_id, assessment.household_id, assessment.subject_id)
        or {contact.household_id, subject.household_id} != {household.id}
        or pinned != (assessment.instrument, assessment.version, assessment.instrument_hash)
    ):
        raise SubmissionHeld("payload-mismatch")
    try:
        _upsert(connection, "household", stored, household.id, name=household.name)
        person = {name: getattr(subject, name) for name in PERSON_COLUMNS} | {"roles": list(subject.roles)}
        _upsert(connection, "person", stored, subject.id, household=household.id, **person)
        met = {"held_on": contact.on, "kind": contact.kind, "role": contact.role}
        _upsert(connection, "contact", stored, contact.id, household=household.id, **met)
        _insert_assessment(connection, stored, opened, assessment)
    except (psycopg.DataError, psycopg.IntegrityError, UnicodeEncodeError) as fault:
        raise SubmissionHeld("not-storable") from fault


def _is_too_deep(value: object, left: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_is_too_deep(each, left - 1) for each in inner)


def _upsert(
    connection: Connection, table: str, stored: StoredSubmission, row_id: str, **columns: object
) -> None:
    """Insert a row, or bring it up to date unless a later submission already has. Names are this module's."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in ("sequence", *columns))
    values = {"agency": stored.agency, "id": row_id, "sequence": stored.sequence} | columns
    update = f" ON CONFLICT (agency, id) DO UPDATE SET {changes} WHERE {table}.sequence < excluded.sequence"
    _insert(connection, table, values, update)


def _insert(connection: Connection, table: str, columns: dict[str, object], otherwise: str = "") -> None:
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){otherwise}"  # noqa: S608  # our own names
    connection.execute(statement.encode(), tuple(columns.values()))


def _insert_assessment(
    connection: Connection, stored: StoredSubmission, opened: OpenedSubmission, assessment: Assessment
) -> None:
    columns = {
        "agency": stored.agency,
        "id": assessment.id,
        "sequence": stored.sequence,
        "household": assessment.household_id,
        "contact": assessment.contact_id,
        "subject": assessment.subject_id,
        "author_seq": opened.statement.author_seq,
        "claimed_at": opened.statement.claimed_at,
        "context": _json(assessment.model_dump(mode="json")["context"]),
        "result": None if assessment.result is None else _json(assessment.result),
    }
    pinned = ("instrument", "version", "instrument_hash", "amends")
    same = (*pinned, "status", "author", "started_at", "completed_at")
    _insert(connection, "assessment", columns | {name: getattr(assessment, name) for name in same})
    connection.cursor().executemany(
        "INSERT INTO answer (agency, assessment, position, link_id, value) VALUES (%s, %s, %s, %s, %s)",
        [
            (stored.agency, assessment.id, position, link_id, _json(value))
            for position, (link_id, value) in enumerate(assessment.answers.items(), start=1)
        ],
    )


def _json(value: object) -> str:
    """Readable in the table with every character kept; half a surrogate pair needs its escape."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text
