"""Migrations: the numbered steps from an empty file to the tables of `tables`.

Each step runs in one transaction with its record. Steps are only added, never changed. A file with a step
that is not known here was written by a newer Wren and is never changed.
"""

from assessments.errors import UnknownFormat
from assessments.store.database import SqliteDatabase


class Migration:
    """One numbered step and its statements."""

    def __init__(self, number: int, name: str, *statements: str) -> None:
        self.number, self.name, self.statements = number, name, statements


_SEALED = (
    "rev INTEGER NOT NULL, schema_id VARCHAR NOT NULL, agency VARCHAR NOT NULL, "
    "author VARCHAR NOT NULL, kid VARCHAR NOT NULL, body BLOB NOT NULL"
)
_HOUSEHOLD_ID = "household_id VARCHAR NOT NULL REFERENCES household (id)"

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1,
        "first tables",
        "CREATE TABLE device (id VARCHAR NOT NULL PRIMARY KEY, sign_public BLOB NOT NULL,"
        " sign_sealed BLOB NOT NULL, receive_public BLOB NOT NULL, receive_sealed BLOB NOT NULL)",
        "CREATE TABLE practitioner (author VARCHAR NOT NULL PRIMARY KEY, agency VARCHAR NOT NULL,"
        " wrap BLOB NOT NULL, sign_public BLOB NOT NULL, sign_sealed BLOB NOT NULL,"
        " epoch_kid VARCHAR NOT NULL, epoch_sealed BLOB NOT NULL)",
        "CREATE TABLE content_key (kid VARCHAR NOT NULL PRIMARY KEY, epoch_kid VARCHAR NOT NULL,"
        " sealed BLOB NOT NULL)",
        "CREATE TABLE setting (name VARCHAR NOT NULL PRIMARY KEY, body BLOB NOT NULL)",
        f"CREATE TABLE household (id VARCHAR NOT NULL PRIMARY KEY, {_SEALED})",
        f"CREATE TABLE person (id VARCHAR NOT NULL PRIMARY KEY, {_SEALED}, {_HOUSEHOLD_ID})",
        f"CREATE TABLE relationship (id VARCHAR NOT NULL PRIMARY KEY, {_SEALED}, {_HOUSEHOLD_ID})",
        f"CREATE TABLE contact (id VARCHAR NOT NULL PRIMARY KEY, {_SEALED}, {_HOUSEHOLD_ID})",
        "CREATE TABLE assessment (number INTEGER NOT NULL PRIMARY KEY, id VARCHAR NOT NULL UNIQUE,"
        f" {_SEALED}, {_HOUSEHOLD_ID}, state VARCHAR NOT NULL)",
        "CREATE INDEX ix_person_household_id ON person (household_id)",
        "CREATE INDEX ix_relationship_household_id ON relationship (household_id)",
        "CREATE INDEX ix_contact_household_id ON contact (household_id)",
        "CREATE INDEX ix_assessment_household_id ON assessment (household_id)",
        "CREATE TABLE answer (line INTEGER NOT NULL PRIMARY KEY, body BLOB NOT NULL)",
        "CREATE TABLE place (assessment_id VARCHAR NOT NULL PRIMARY KEY REFERENCES assessment (id),"
        " rev INTEGER NOT NULL, body BLOB NOT NULL)",
        "CREATE TABLE completion (assessment_id VARCHAR NOT NULL PRIMARY KEY REFERENCES assessment (id),"
        " rev INTEGER NOT NULL, body BLOB NOT NULL)",
        "CREATE TABLE outbox_entry (sequence INTEGER NOT NULL PRIMARY KEY, id VARCHAR NOT NULL UNIQUE,"
        " service_kid VARCHAR NOT NULL, digest BLOB NOT NULL, envelope BLOB NOT NULL,"
        " note BLOB NOT NULL)",
        "CREATE TABLE outbox_log (sequence INTEGER NOT NULL PRIMARY KEY, entry_id VARCHAR NOT NULL,"
        " word VARCHAR NOT NULL, until VARCHAR, note BLOB NOT NULL)",
        "CREATE INDEX ix_outbox_log_entry_id ON outbox_log (entry_id)",
        "CREATE TABLE outbox_cursor (id INTEGER NOT NULL PRIMARY KEY, position VARCHAR NOT NULL)",
    ),
    Migration(
        2,
        "several people, counted tries, escrow",
        # '' names the one secret that a device had before.
        "ALTER TABLE practitioner ADD COLUMN secret_slot VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE practitioner ADD COLUMN device_copy BLOB",
        "CREATE TABLE attempt (author VARCHAR NOT NULL PRIMARY KEY, failed INTEGER NOT NULL)",
        "CREATE TABLE escrow (author VARCHAR NOT NULL PRIMARY KEY REFERENCES practitioner (author),"
        " body BLOB NOT NULL, agency_public BLOB NOT NULL, service_public BLOB NOT NULL)",
        "ALTER TABLE outbox_entry ADD COLUMN author VARCHAR NOT NULL DEFAULT ''",
        "UPDATE outbox_entry SET author ="
        " coalesce((SELECT author FROM assessment WHERE assessment.id = outbox_entry.id), '')",
    ),
    Migration(
        3,
        "tally",
        "CREATE TABLE tally (author VARCHAR NOT NULL PRIMARY KEY, rev INTEGER NOT NULL, body BLOB NOT NULL)",
        "INSERT OR IGNORE INTO place (assessment_id, rev, body)"
        " SELECT id, 0, x'' FROM assessment WHERE state = 'in-progress'",
    ),
    Migration(
        4,
        "attachments and deletion",
        f"CREATE TABLE attachment (id VARCHAR NOT NULL PRIMARY KEY, {_SEALED},"
        " assessment_id VARCHAR NOT NULL REFERENCES assessment (id))",
        "CREATE INDEX ix_attachment_assessment_id ON attachment (assessment_id)",
        f"CREATE TABLE purged (id VARCHAR NOT NULL PRIMARY KEY, {_SEALED}, kind VARCHAR NOT NULL,"
        " at VARCHAR NOT NULL)",
    ),
    Migration(
        5,
        "where each person left off",
        "CREATE TABLE desk_place (author VARCHAR NOT NULL PRIMARY KEY, rev INTEGER NOT NULL,"
        " body BLOB NOT NULL)",
    ),
    Migration(
        6,
        "facts of a household",
        f"CREATE TABLE fact (id VARCHAR NOT NULL PRIMARY KEY, {_SEALED}, {_HOUSEHOLD_ID})",
        "CREATE INDEX ix_fact_household_id ON fact (household_id)",
    ),
    Migration(
        7,
        "the end of a list at the place of its next line",
        "UPDATE answer SET line = 1 + coalesce((SELECT max(before.line) FROM answer AS before"
        " WHERE before.line BETWEEN answer.line - 1048575 AND answer.line - 1), answer.line - 1048575)"
        " WHERE line & 1048575 = 1048575",
    ),
    Migration(
        8,
        "headings in groups",
        "CREATE TABLE heading (kid VARCHAR NOT NULL PRIMARY KEY, agency VARCHAR NOT NULL,"
        " author VARCHAR NOT NULL, first INTEGER NOT NULL, body BLOB NOT NULL)",
        "CREATE INDEX ix_assessment_own ON assessment (agency, author, number, household_id, id, rev, state)",
    ),
    Migration(
        9,
        "rows as they stood before they were changed",
        f"CREATE TABLE earlier (name VARCHAR NOT NULL, id VARCHAR NOT NULL, {_SEALED}, {_HOUSEHOLD_ID},"
        " PRIMARY KEY (name, id, rev))",
        "CREATE INDEX ix_earlier_household_id ON earlier (household_id)",
    ),
)


def applied_migrations(database: SqliteDatabase) -> set[int]:
    """The numbers of the steps that this file has had."""
    if not database.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migration'"):
        return set()
    return {number for (number,) in database.rows("SELECT number FROM migration")}


def is_newer(database: SqliteDatabase, migrations: tuple[Migration, ...] = MIGRATIONS) -> bool:
    """Whether a newer Wren has had this file: it has had steps that are not known here."""
    return bool(applied_migrations(database) - {step.number for step in migrations})


def migrate(database: SqliteDatabase, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Apply the steps that are missing, in order. Raises `UnknownFormat` for a newer file."""
    if is_newer(database, migrations):
        raise UnknownFormat("newer-store")
    for step in migrations:
        with database.write() as driver:
            driver.execute(
                "CREATE TABLE IF NOT EXISTS migration"
                " (number INTEGER NOT NULL PRIMARY KEY, name VARCHAR NOT NULL)"
            )
            # Looked up again inside the transaction: another process may have been faster.
            if driver.execute("SELECT 1 FROM migration WHERE number = ?", (step.number,)).fetchone():
                continue
            for statement in step.statements:
                driver.execute(statement)
            driver.execute("INSERT INTO migration VALUES (?, ?)", (step.number, step.name))
