"""One made-up household, and the cheapest passphrase that the floors allow.

Nobody here exists. The words are chosen so that finding one on the disk means that it leaked.

    family = make_family()
    family.assessment(instrument="risk-24")
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime

from assessments.casework.records import Assessment, Contact, Household, Person, Relationship, ScoringContext
from assessments.crypto import sealing
from assessments.crypto.kdf import ARGON2ID, ARGON2ID_FLOOR, SCRYPT_FLOOR, is_kdf_available
from assessments.crypto.recovery import RecoveryKey, recovery_kid
from assessments.store import Store, UnlockedStore, people
from assessments.store.rows.sealed_rows import ReadResult

PASSPHRASE = "kettle-orchard-violet-train"
CHEAPEST = ARGON2ID_FLOOR if is_kdf_available(ARGON2ID) else SCRYPT_FLOOR


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass
class Family:
    household: Household
    persons: list[Person]
    relationships: list[Relationship]
    contact: Contact

    def assessment(self, **changed: object) -> Assessment:
        fields: dict[str, object] = {
            "id": new_id(),
            "household_id": self.household.id,
            "contact_id": self.contact.id,
            "subject_id": self.persons[0].id,
            "instrument": "child-voice-7-11",
            "version": "1.0.0",
            "instrument_hash": "0" * 64,
            "author": "hv-1",
            "started_at": datetime(2026, 3, 4, 9, 31, tzinfo=UTC),
            "context": ScoringContext(on=date(2026, 3, 4)),
        }
        return Assessment(**{**fields, **changed})  # type: ignore[arg-type]  # checked by the record itself


def make_family() -> Family:
    home = new_id()
    child, mother = new_id(), new_id()
    return Family(
        Household(id=home, name="Quillfeather-Brandt"),
        [
            Person(
                id=child, household_id=home, name="Otisette Marrowby", born=date(2017, 5, 1), roles=("child",)
            ),
            Person(id=mother, household_id=home, name="Łucja Zażółć-Ffwrdd", roles=("mother",)),
        ],
        [Relationship(id=new_id(), household_id=home, from_id=child, to_id=mother, kind="child")],
        Contact(
            id=new_id(), household_id=home, on=date(2026, 3, 4), kind="home visit", role="health-visitor"
        ),
    )


def finished(assessment: Assessment, answers: dict[str, object]) -> Assessment:
    return assessment.model_copy(
        update={
            "status": "completed",
            "completed_at": datetime(2026, 3, 4, 10, 0, tzinfo=UTC),
            "answers": answers,
            "result": {"band": "plum-coloured-band"},
        }
    )


def with_escrow(store: Store, keys: UnlockedStore) -> None:
    """Make the escrow without which nothing is completed, for two sides that nobody holds."""
    publics = [sealing.make_receive_key()[1] for _ in range(2)]
    store.save_escrow(keys, *(RecoveryKey(recovery_kid(public), public) for public in publics))


def list_households(keys: UnlockedStore) -> ReadResult[Household]:
    """This person's households, oldest first."""
    found = people.list_household_records(keys)
    return ReadResult([one.household for one in found], found.unreadable)


def read_household(
    keys: UnlockedStore, household_id: str
) -> tuple[Household, ReadResult[Person], ReadResult[Relationship], ReadResult[Contact]]:
    """A household, the people in it, how they are related, and the contacts with them."""
    found = people.read_household_records(keys, household_id)
    return found.household, found.persons, found.relationships, found.contacts
