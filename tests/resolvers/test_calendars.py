"""Public holidays by country."""

import subprocess
import sys
from datetime import date

import pytest

from domain.errors import InvalidValue, NotFound
from resolvers.calendars import public_holidays


def test_the_holidays_of_a_country_and_of_a_part_of_it() -> None:
    """Bavaria has all of Germany's and its own, in the order of the days, in English."""
    germany = public_holidays("DE", None, [2026])
    bavaria = public_holidays("DE", "BY", [2026])
    assert germany[date(2026, 10, 3)] == "German Unity Day"
    assert germany.items() < bavaria.items()
    assert bavaria[date(2026, 1, 6)] == "Epiphany"
    assert list(bavaria) == sorted(bavaria)


def test_a_holiday_that_is_observed_on_another_day() -> None:
    """The day off counts too: 4 July 2026 is a Saturday."""
    assert public_holidays("US", None, [2026])[date(2026, 7, 3)] == "Independence Day (observed)"


def test_years_come_together_once() -> None:
    """Years in any order, and again, give each holiday once, in order."""
    both = public_holidays("IN", None, [2027, 2026, 2027])
    assert both == public_holidays("IN", None, [2026]) | public_holidays("IN", None, [2027])
    assert list(both) == sorted(both)


def test_what_is_given_out_is_the_caller_s_own() -> None:
    """Changing it changes nobody else's."""
    public_holidays("JP", None, [2026]).clear()
    assert public_holidays("JP", None, [2026])


def test_names_are_not_in_the_machine_s_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same holiday has the same name wherever the service runs."""
    monkeypatch.setenv("LANGUAGE", "de")
    assert public_holidays("AT", None, [2025])[date(2025, 12, 25)] == "Christmas Day"


@pytest.mark.parametrize(
    ("country", "meant"), [("UK", "'GB' is United Kingdom"), ("DEU", "'DE' is Germany"), ("germany", "'DE' is Germany")]
)
def test_a_country_by_another_of_its_names(country: str, meant: str) -> None:
    """The error says which two letters are meant."""
    with pytest.raises(InvalidValue, match=meant) as wrong:
        public_holidays(country, None, [2026])
    assert wrong.value.path == ["country"]


def test_a_country_that_is_not_known() -> None:
    """The nearest are suggested, by letters and name."""
    with pytest.raises(NotFound) as unknown:
        public_holidays("Germny", None, [2026])
    assert unknown.value.suggestions[0] == "DE (Germany)"
    assert unknown.value.path == ["country"]
    with pytest.raises(NotFound, match="There is no country 'XX'"):
        public_holidays("XX", None, [2026])


def test_a_subdivision_that_is_not_known() -> None:
    """The error lists those of the country; a country without any says so."""
    with pytest.raises(InvalidValue, match="one of DE's: Augsburg, BB, BE, BW, BY") as wrong:
        public_holidays("DE", "Bavaria", [2026])
    assert wrong.value.path == ["subdivision"]
    with pytest.raises(InvalidValue, match="JP has the same public holidays everywhere"):
        public_holidays("JP", "13", [2026])


def test_the_library_is_imported_when_it_is_asked() -> None:
    """A service without calendars never loads it."""
    program = "import sys, resolvers.calendars; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
