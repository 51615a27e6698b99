"""Why a service is, or is not, placed in an environment: each term of its selector, and one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from domain.selectors import TAG, Criterion, Place, Selector, Term


@dataclass(frozen=True, slots=True)
class TermResult:
    """A term at one place. failing: the first criterion that does not hold. actual: what the place has there."""

    term: str
    excludes: bool
    matches: bool
    failing: str | None = None
    actual: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a service is placed somewhere, and why or why not in one sentence. terms: in the order written."""

    placed: bool
    sentence: str
    terms: tuple[TermResult, ...]


def explain(selector: Selector, place: Place) -> Explanation:
    """Why a selector includes a place or does not, as `Places.mask` decides."""
    results = tuple(_result(term, place) for term in selector.terms)
    excluding = [f"'{each.term}'" for each in results if each.excludes and each.matches]
    including = [f"'{each.term}'" for each in results if each.matches and not each.excludes]
    if not place.shared:
        return Explanation(False, "it is a test environment: only its owner deploys there", results)
    if excluding:
        return Explanation(False, f"excluded by {_and(excluding)}", results)
    if including:
        verb = "includes" if len(including) == 1 else "include"
        return Explanation(True, f"{_and(including)} {verb} {place.environment}", results)
    return Explanation(False, f"no term includes it: {_nearest_miss(selector, place)}", results)


def _result(term: Term, place: Place) -> TermResult:
    failing = _failing(term, place)
    if not failing:
        return TermResult(term.canonical, term.excludes, True)
    return TermResult(term.canonical, term.excludes, False, failing[0].canonical, _actual(failing[0].field, place))


def _failing(term: Term, place: Place) -> list[Criterion]:
    return [criterion for criterion in term.criteria if not criterion.holds(place)]


def _nearest_miss(selector: Selector, place: Place) -> str:
    """The including term with the fewest criteria that fail, and the most that hold, and where it fails."""
    including = [(term, _failing(term, place)) for term in selector.terms if not term.excludes]
    if not including:
        return "every term excludes" if selector.terms else "the placement has no terms"
    term, failing = min(including, key=lambda miss: (len(miss[1]), len(miss[1]) - len(miss[0].criteria)))
    of = failing[0].field
    actual = _actual(of, place)
    without = "its account has no such tag" if of.startswith(TAG) else "its account has no organizational unit"
    which = f"'{term.canonical}'" if len(including) == 1 else f"the nearest, '{term.canonical}',"
    return f"{which} fails at {of}: {without if actual is None else f'it is {actual}'}"


def _actual(of: str, place: Place) -> str | None:
    first, *others = place.values(of) or (None,)
    return f"{first} ({others[0]})" if others else first


def _and(texts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))
