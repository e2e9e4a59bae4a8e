"""The rows behind `wren service list`. Reads only, beside a running service or without one, with no key. They
are personal content, for the screen of somebody who may see it and never for a log.
"""

from contextlib import closing
from typing import Any

from psycopg.rows import dict_row

from assessments.casework.ids import format_utc
from sync.service.database import ServiceDatabase
from sync.service.settings import ServiceSettings

# One statement, so that what is opened meanwhile is seen whole or not at all.
_SUBMISSIONS_SQL = """
SELECT s.id::text AS id, s.agency, a.instrument AS tool, a.version, a.status, p.name AS subject,
       h.name AS household, c.held_on AS contact_on, c.role, a.author, a.completed_at, a.result,
       s.received_at, coalesce(said.word, 'waiting') AS state, said.reason,
       (SELECT coalesce(json_object_agg(w.link_id, w.value ORDER BY w.position), '{}') FROM answer w
        WHERE w.agency = s.agency AND w.assessment = s.id) AS answers,
       (SELECT count(*) FROM conflict k WHERE k.agency = s.agency AND k.id = s.id) AS conflicts
FROM submission s
LEFT JOIN LATERAL (SELECT word, reason FROM change WHERE change.agency = s.agency AND change.id = s.id
                   ORDER BY change.sequence DESC LIMIT 1) said ON true
LEFT JOIN assessment a ON a.agency = s.agency AND a.id = s.id
LEFT JOIN person p ON p.agency = a.agency AND p.id = a.subject
LEFT JOIN household h ON h.agency = a.agency AND h.id = a.household
LEFT JOIN contact c ON c.agency = a.agency AND c.id = a.contact
ORDER BY s.sequence
"""


def list_submissions(settings: ServiceSettings) -> list[dict[str, Any]]:
    """Every stored submission, oldest first. Keys: id, agency, tool, version, status, subject, household,
    contact_on, role, author, completed_at, received_at, answers {link_id: value}, result, state ("opened",
    "held" or "waiting"), reason, conflicts. Dates and times are ISO 8601 text; what only an opened submission
    tells is None in the others."""
    with closing(ServiceDatabase.open(settings)) as database, database.transaction() as connection:
        rows = connection.cursor(row_factory=dict_row).execute(_SUBMISSIONS_SQL).fetchall()
    for row in rows:
        row["contact_on"] = row["contact_on"].isoformat() if row["contact_on"] else None
        for name in ("received_at", "completed_at"):
            row[name] = format_utc(row[name]) if row[name] else None
    return rows
