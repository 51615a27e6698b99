"""What people call a revision: what a text looks for, and what a commit's message tells of its pull request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.revisions import Search, pull_request_of, search

COMMIT = "3f9d1c6b82ae4c0f9e1d2a3b4c5d6e7f80912345"
numbers = st.integers(1, 10**9 - 1)
titles = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Merge pull request #123 from acme/faster\n\nPay faster", 123),
        ("Pay faster (#123)", 123),
        ("Pay faster (#123)\n\nSee (#7).", 123),
        ('Revert "Pay faster (#123)" (#124)', 124),
        ("Pay faster (#123)\r\n\r\nMore.", 123),
        ("Pay faster, see #123", None),
        ("Pay (#123) faster", None),
        ("Pay faster\n\nMerge pull request #123 from acme/faster", None),
        ("Pay faster (#0)", None),
        ("", None),
        (None, None),
    ],
)
def test_a_message_names_the_pull_request_that_it_came_by(message: str | None, number: int | None) -> None:
    """As GitHub writes it, and nothing else that has a number."""
    assert pull_request_of(message) == number


@given(title=titles, number=numbers)
def test_whatever_the_title_the_last_number_is_the_pull_requests(title: str, number: int) -> None:
    assert pull_request_of(f"{title} (#{number})") == number or title.startswith("Merge pull request #")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("3F9d", Search(commit="3f9d", tag="3F9d")),
        (f"  {COMMIT} ", Search(commit=COMMIT, tag=COMMIT)),
        ("v1.4.2", Search(tag="v1.4.2")),
        ("release/2027-01", Search(tag="release/2027-01")),
        ("#123", Search(pull_request=123)),
        ("https://github.com/acme/payments/pull/123", Search(pull_request=123, repository="acme/payments")),
        ("https://github.com/acme/payments/pull/123/files#diff", Search(pull_request=123, repository="acme/payments")),
        ("github.com/acme/payments/pull/123/", Search(pull_request=123, repository="acme/payments")),
        (f"https://github.com/acme/payments/commit/{COMMIT}?w=1", Search(commit=COMMIT, repository="acme/payments")),
        ("https://github.acme.com/acme/payments/commit/3f9d1c", Search(commit="3f9d1c", repository="acme/payments")),
        ("https://github.com/acme/payments/releases/tag/v1%2B2", Search(tag="v1+2", repository="acme/payments")),
    ],
)
def test_a_text_says_what_is_looked_for(given: str, found: Search) -> None:
    """Four digits are a commit, and may be a tag; an address says the repository."""
    assert search(given) == found


@pytest.mark.parametrize(
    "given",
    [
        "",
        "   ",
        "abc",
        "#",
        "#0",
        "#12a",
        "a b",
        "a" * 65,
        "x" * 256,
        "https://example.com/acme/payments/pull/123",
        "https://github.com/acme/payments",
        "https://github.com/acme/payments/issues/3",
        "https://github.com/acme/payments/pull/x",
        "https://github.com/acme/payments/commit/abc",
        "https://[",
        "//",
        "v1\x00",
    ],
)
def test_what_can_mean_nothing_is_refused_with_what_would_be_right(given: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        search(given)
    assert "4 hex digits" in raised.value.allowed
    assert "search" in raised.value.path


@given(text=st.text(max_size=300))
def test_any_text_is_searched_for_or_refused(text: str) -> None:
    """Nothing else comes of it, and what is looked for is one thing."""
    try:
        found = search(text)
    except InvalidValue:
        return
    assert found.commit or found.tag or found.pull_request
    assert found.pull_request is None or (found.commit is None and found.tag is None)
