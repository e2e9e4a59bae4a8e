"""The day of an event as it is typed, and how sure it is. A day that cannot be read is no day."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.core.drafts import Draft
from app.features.shared.parse_typed import parse_day
from app.kit.messages import say


@dataclass(frozen=True, repr=False)
class DayDraft(Draft):
    """`when` is "today", "yesterday", "other" or "" while nothing is chosen; `day` is as typed."""

    when: str = ""
    day: str = ""
    precision: str = "exact"

    def on(self, today: date) -> date | None:
        """Return the day, or None while there is none."""
        days = {"today": today, "yesterday": today - timedelta(days=1)}
        return days.get(self.when) or (parse_day(self.day) if self.when == "other" else None)

    @property
    def day_precision(self) -> str:
        """How sure the day is; today and yesterday are."""
        return self.precision if self.when == "other" else "exact"

    def validate_day(self, today: date, *, ahead: bool) -> dict[str, str]:
        """Return what is wanting, by field. `ahead` says that the day may lie ahead."""
        day = self.on(today)
        if not self.when:
            return {"when": say("event.problem.when")}
        if day is None:
            return {"day": say("event.problem.day")}
        return {"day": say("event.problem.ahead")} if day > today and not ahead else {}
