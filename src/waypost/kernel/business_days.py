"""Business days: Monday to Friday but federal holidays, observed ones included (CAL-1 to CAL-3)."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

import holidays

MONDAY_TO_FRIDAY = 5


@cache
def federal_holidays(year: int) -> Collection[date]:
    return frozenset(holidays.country_holidays("US", years=year, observed=True))


def is_business_day(day: date) -> bool:
    return day.weekday() < MONDAY_TO_FRIDAY and day not in federal_holidays(day.year)


def business_days_after(day: date, count: int) -> date:
    """Return the `count`th business day after `day`, which is day 0 whether it is one or not."""
    assert count >= 0
    while count:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day


def business_days_before(day: date, count: int) -> date:
    """Return the `count`th business day before `day`, which is day 0 whether it is one or not."""
    assert count >= 0
    while count:
        day -= timedelta(days=1)
        count -= is_business_day(day)
    return day
