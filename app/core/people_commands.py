"""Changes to the people of a household. Nothing is merged or deleted: what was wrong is undone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.core.cases.case_service import CaseService, RevisionsResult, run_blocking
from app.core.cases.household_queries import HouseholdOverview
from app.core.cases.record_changes import Record, SaveRecords, Undoable, make_undone
from app.core.state import AppState
from assessments.casework.records import COMPLETED_STATUSES
from assessments.definitions import catalogue
from assessments.engine.answers import Answered, PlacedPerson, from_plain
from assessments.errors import WrenError


@dataclass(frozen=True, slots=True, repr=False)
class ChildPeopleMap:
    """Where one child put people on their own map, that day; `places` are codes and words, as in the tool."""

    on: date
    people: tuple[PlacedPerson, ...]
    places: tuple[tuple[str, str], ...]


class PeopleCommands:
    """Made for each command: it holds nothing of a person."""

    def __init__(self, model: AppState, service: CaseService, now: Callable[[], datetime]) -> None:
        self._model, self._service, self._now = model, service, now

    async def save(self, *records: Record) -> None:
        """Keep records, each in its own household, and show the households as they are now."""
        self._model.busy = True
        try:
            await run_blocking(self._write, records)
            for household_id in {record.household_id for record in records}:
                await self._reload(household_id)
        finally:
            self._model.busy = False

    async def save_changes(self, changes: SaveRecords) -> None:
        """Carry out the effect of a pure update."""
        await self.save(*changes.records)

    async def undo(self, record: Undoable) -> None:
        """Undo a record. It stays, with the time when it was undone."""
        await self.save(make_undone(record, self._now()))

    async def read_revisions(self, page: HouseholdOverview) -> RevisionsResult:
        """What stood in the records of a household before they were changed."""
        return await run_blocking(self._service.read_revisions, page.household.id)

    async def read_people_maps(self, page: HouseholdOverview) -> Mapping[str, ChildPeopleMap]:
        """The newest finished map of people of each child, by the child's id."""
        return await run_blocking(self._people_maps, page)

    def _write(self, records: tuple[Record, ...]) -> None:
        for record in records:
            self._service.save_record(record)

    async def _reload(self, household_id: str) -> None:
        page = await run_blocking(self._service.household, household_id)
        self._model.households = tuple(
            page if known.household.id == household_id else known for known in self._model.households
        )

    def _people_maps(self, page: HouseholdOverview) -> Mapping[str, ChildPeopleMap]:
        found: dict[str, ChildPeopleMap] = {}
        days = {contact.id: contact.on for contact in page.contacts}
        for heading in page.assessments:  # the newest first
            if heading.subject_id in found or heading.status not in COMPLETED_STATUSES:
                continue
            try:
                tool = catalogue.load_tool(heading.instrument)
            except WrenError:
                continue
            maps = [item for item in tool.walk() if item.type == "people" and item.for_child]
            answers = self._service.read_assessment(heading.id).answers if maps else {}
            for item in maps:
                if item.link_id not in answers:
                    continue
                entry = from_plain(item, answers[item.link_id])
                if isinstance(entry, Answered) and isinstance(entry.value, tuple):
                    people = tuple(part for part in entry.value if isinstance(part, PlacedPerson))
                    places = tuple((option.code, option.text) for option in item.options)
                    on = days.get(heading.contact_id) or heading.started_at.date()
                    found.setdefault(heading.subject_id, ChildPeopleMap(on, people, places))
        return found
