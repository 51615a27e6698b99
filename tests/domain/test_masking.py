"""Secrets in text from outside never survive."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.masking import LONGEST_READ, MASK, kept, kept_end, masked

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
WORD = UPPER + "abcdefghijklmnopqrstuvwxyz0189"


def _of(alphabet: str, least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=least, max_size=most)


KEYS = st.builds(str.__add__, st.sampled_from(["AKIA", "ASIA"]), _of(UPPER, 16, 16))
TOKENS = st.one_of(
    KEYS,
    st.builds("eyJ{}.eyJ{}.{}".format, _of(WORD, 10, 40), _of(WORD, 10, 40), _of(WORD + "-_", 10, 40)),
    st.builds("{}_{}".format, st.sampled_from(["ghp", "gho", "ghs", "github_pat"]), _of(WORD, 36, 60)),
    st.builds("xoxb-{}".format, _of("0123456789", 10, 12)).map(lambda each: each + "-abcdefghijk"),
    st.builds("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----".format, _of(WORD, 64, 200)),
)
AROUND = st.text(st.characters(codec="utf-8"), max_size=60)


@given(before=AROUND, secret=TOKENS, after=AROUND)
def test_what_is_a_secret_by_its_form_is_masked_anywhere(before: str, secret: str, after: str) -> None:
    """Keys, tokens and private keys, between whatever text."""
    assert secret not in masked(f"{before} {secret} {after}")


NAMES = ["password", "DB_PASSWORD", "secret", "client_secret", "token", "X-Api-Key", "aws_secret_access_key", "pwd"]


@given(
    before=AROUND,
    name=st.sampled_from(NAMES),
    separator=st.sampled_from(["=", ": ", " = ", '": "', "=>"]),
    secret=_of(WORD + "!#$%+/", 6, 40),
)
def test_what_follows_such_a_word_is_masked(before: str, name: str, separator: str, secret: str) -> None:
    """As in settings, JSON, YAML and command lines."""
    assert secret not in masked(f"{before} {name}{separator}{secret} and more").replace(before, "")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("Authorization: Bearer abc.def-ghi next", f"Authorization: {MASK} next"),
        ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: {MASK}"),
        ("curl -H 'authorization: token 12345678'", f"curl -H 'authorization: {MASK}"),
        ("psql postgresql://app:hunter2@db:5432/x failed", f"psql postgresql://app:{MASK}@db:5432/x failed"),
        ('{"password":"a b","user":"x"}', f'{{"password":{MASK},"user":"x"}}'),
        ("npm --auth-token abc123 install", f"npm --auth-token {MASK} install"),
        ("https://hooks.slack.com/services/T0/B0/xyz", f"https://hooks.slack.com/services/{MASK}"),
        ("AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", MASK),
        ("Password=abc;Server=db", f"Password={MASK}"),
        ("-----BEGIN PRIVATE KEY-----\nMIIcut off", MASK),
        ("Queue orders-eu already exists", "Queue orders-eu already exists"),
        (
            "The security token included in the request is invalid",
            "The security token included in the request is invalid",
        ),
        ("secret access denied for role deployer", "secret access denied for role deployer"),
    ],
)
def test_what_is_left(told: str, expected: str) -> None:
    """The secret goes, the rest stays; prose that merely speaks of secrets is left alone."""
    assert masked(told) == expected


@given(st.one_of(st.text(max_size=300), st.lists(st.one_of(TOKENS, AROUND, st.sampled_from(NAMES))).map(":".join)))
@example("token=token=token=")
@example('password: "password: "secret')
def test_masked_again_it_stays_as_it_is_and_grows_little(text: str) -> None:
    """Idempotent; never more than three times as long and a mask."""
    once = masked(text)
    assert masked(once) == once
    assert len(once) <= 3 * len(text) + len(MASK)


@pytest.mark.parametrize(
    "piece",
    [
        "password",
        "password=",
        "eyJ",
        "eyJaaaaa.",
        "AKIA",
        "://a:",
        "-----BEGIN PRIVATE KEY",
        'token="',
        "ghp_",
        "--",
        "a",
    ],
)
def test_hostile_text_is_read_in_one_go(piece: str) -> None:
    """Repeated beginnings of every pattern, far longer than any message: it ends, which a pattern that backtracks
    without bound would not within the life of this machine; and what is behind the limit is dropped."""
    assert len(masked(piece * 200_000)) <= 3 * LONGEST_READ


@given(st.text(max_size=200), st.integers(2, 50))
def test_what_is_kept_can_be_kept(text: str, longest: int) -> None:
    """PostgreSQL's text has no NUL and no lone surrogates; both ends are bounded."""
    for found in (kept(text + "\x00\ud800", longest), kept_end("\x00\ud800" + text, longest)):
        assert len(found) <= longest
        assert not re.search("[\x00\ud800-\udfff]", found)
