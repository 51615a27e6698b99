"""Public holidays, by country and subdivision, from the `holidays` library.

The library is imported when it is first asked: with all its countries it takes a tenth of a second and 20 MB, which a
service without calendars never spends.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from domain.configuration.counting import own_days
from domain.configuration.entities import Calendar
from domain.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from holidays import HolidayBase

LANGUAGE = "en_US"
"""Of the holidays' names; a country that has none in English keeps its own. Never the machine's."""


def public_holidays(country: str, subdivision: str | None, years: Iterable[int]) -> dict[date, str]:
    """The public holidays of these years, in their order, with their names.

    country: ISO 3166-1, two letters. subdivision: the part after the hyphen of ISO 3166-2. `NotFound` for a country,
    `InvalidValue` for a subdivision, that is not known.
    """
    rules = _country(country)
    if subdivision is not None and subdivision not in rules.subdivisions:
        raise InvalidValue("subdivision", subdivision, _subdivisions(country, rules))
    return {day: said for year in sorted(set(years)) for day, said in _holidays(country, subdivision, year).items()}


def closed_days(calendar: Calendar, now: datetime) -> Collection[date]:
    """The days that a calendar closes for the next two years: its own, and its country's public holidays."""
    if calendar.country is None:
        return own_days(calendar)
    years = range(now.year, (now + timedelta(days=2 * 366)).year + 1)
    return own_days(calendar) | public_holidays(calendar.country, calendar.subdivision, years).keys()


def _subdivisions(country: str, rules: type[HolidayBase]) -> str:
    if not rules.subdivisions:
        return f"left out: {country} has the same public holidays everywhere, as far as is known"
    return f"one of {country}'s: {', '.join(sorted(rules.subdivisions))}"


@lru_cache(maxsize=4096)
def _holidays(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    found = _country(country)(subdiv=subdivision, years=year, language=LANGUAGE)
    return MappingProxyType(dict(sorted(found.items())))


@cache
def _country(code: str) -> Any:
    """The rules of a country."""
    from holidays import registry  # noqa: PLC0415 - see above

    spelled = {names[1]: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names[0]) for names in registry.COUNTRIES.values()}
    for module, names in registry.COUNTRIES.items():
        if code == names[1]:
            return registry.EntityLoader(f"holidays.countries.{module}.{names[0]}").get_entity()
        if code.upper() in {each.upper() for each in (*names, spelled[names[1]])}:
            allowed = f"two capital letters, as ISO 3166-1 has them: {names[1]!r} is {spelled[names[1]]}"
            raise InvalidValue("country", code, allowed)
    problem = NotFound("country", code, [f"{two} ({name})" for two, name in spelled.items()], field="country")
    problem.remedy = "Give country as the two letters that ISO 3166-1 has for it: 'DE', 'IN', 'US'."
    raise problem
