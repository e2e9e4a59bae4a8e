"""Ages, days and times as text.

An age is in days up to a week, weeks up to 6 months, months up to 2 years, then years, as the NHS writes
it. Today's date is always an argument: nothing here reads the clock.

    format_age(person, today)        # "7 weeks"
    format_day(visit.on, today)      # "today", "14 May", "5 March 2025"
"""

from datetime import date, datetime

from app.kit.messages import say
from assessments.casework.records import Person
from assessments.definitions.ages import date_of_age

_EVENING_FROM_HOUR = 18
_AFTERNOON_FROM_HOUR = 12


def format_age(person: Person, on: date) -> str:
    """Format the age on a day, or what is known instead of it."""
    born = person.born
    if born is None or born > on:
        due = person.due or born
        if due is not None:
            return say("age.due", day=format_day(due, on, near=False))
        if person.about_years is not None and person.about_years_on is not None:
            # An age that somebody guessed grows with the years since.
            return say("age.about", n=person.about_years + max(0, on.year - person.about_years_on.year))
        return say("age.unborn") if "unborn" in person.roles else say("age.unknown")
    days = (on - born).days
    if days < 7:
        return say("age.days", n=days)
    if on < date_of_age(born, "P6M"):
        return say("age.weeks", n=days // 7)
    if on < date_of_age(born, "P2Y"):
        months = next(n for n in range(23, 0, -1) if date_of_age(born, f"P{n}M") <= on)
        return say("age.months", n=months)
    return say("age.years", n=person.age_in_years(on))


def format_day(day: date, today: date, *, near: bool = True) -> str:
    """Format a day within a sentence: "14 May", "5 March 2025"; with `near` also "today", "yesterday"."""
    days = (today - day).days
    if near and days in (0, 1):
        return say("day.today") if days == 0 else say("day.yesterday")
    month = say(f"month.{day.month}")
    if day.year == today.year:
        return say("day.this-year", day=day.day, month=month)
    return say("day.other-year", day=day.day, month=month, year=day.year)


def format_long_day(day: date) -> str:
    """Format a day in full: "Tuesday 4 March 2026"."""
    weekday, month = say(f"weekday.{day.isoweekday()}"), say(f"month.{day.month}")
    return say("day.long", weekday=weekday, day=day.day, month=month, year=day.year)


def format_time(moment: datetime) -> str:
    """Format a moment as local time: "14:02"."""
    return f"{moment.astimezone():%H:%M}"


def format_day_and_time(moment: datetime, today: date) -> str:
    """Format a day and its local time: "today at 14:02"."""
    return say("day.at", day=format_day(moment.astimezone().date(), today), at=format_time(moment))


def greeting(now: datetime) -> str:
    """Return the greeting for a local time of day."""
    hour = now.astimezone().hour
    if hour >= _EVENING_FROM_HOUR:
        return say("greeting.evening")
    return say("greeting.afternoon") if hour >= _AFTERNOON_FROM_HOUR else say("greeting.morning")
