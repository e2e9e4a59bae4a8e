"""Ids of records, and times as they are written."""

import uuid
from datetime import UTC, datetime


def format_utc(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC with a Z, to the second: the one form in which times are written."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    """A random id that reveals nothing, not even its time."""
    return str(uuid.uuid4())
