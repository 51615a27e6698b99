"""Secrets in a command line, masked before it is printed or recorded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_cli.masking import masked, secrets


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--master-user-password", "hush"], ["--master-user-password", "***"]),
        (["--secret-string=hush"], ["--secret-string=***"]),
        (["--token", "--debug"], ["--token", "--debug"]),
        (["ParameterKey=DbPassword,ParameterValue=hush"], ["ParameterKey=DbPassword,ParameterValue=***"]),
        (['[{"Name": "API_KEY", "Value": "hush"}]'], ['[{"Name": "API_KEY", "Value": "***"}]']),
        (['{"password": "hu sh", "user": "ann"}'], ['{"password": "***", "user": "ann"}']),
        (["DB_PASSWORD=hush", "make"], ["DB_PASSWORD=***", "make"]),
        (["https://ann:hush@example.com/x"], ["https://***@example.com/x"]),
        (["curl", "-H", "Authorization: Bearer abcdefgh"], ["curl", "-H", "Authorization: Bearer ***"]),
        (["-----BEGIN RSA PRIVATE KEY-----\nMIIa+/=\n-----END RSA PRIVATE KEY-----"], ["***"]),
        (["https://hooks.slack.com/services/T0/B0/hush"], ["https://***"]),
        (["AKIAABCDEFGHIJKLMNOP", "ghp_abcdefghijklmnopqrstuvwxyz"], ["***", "***"]),
        (["--secret-id", "prod/db", "--next-token-x", "y"], ["--secret-id", "prod/db", "--next-token-x", "y"]),
        (["s3", "rm", "s3://receipts/2026", "--recursive"], ["s3", "rm", "s3://receipts/2026", "--recursive"]),
    ],
)
def test_what_is_secret_is_masked_and_nothing_else(words: list[str], shown: list[str]) -> None:
    """By the name before it, or by its own form."""
    assert masked(words) == shown


@given(st.lists(st.text(max_size=20), max_size=6))
def test_any_command_line_can_be_masked(words: list[str]) -> None:
    """As many words as before, and no secret left in them."""
    shown = masked([*words, "--password", "hunter2"])
    assert len(shown) == len(words) + 2
    assert not any("hunter2" in word for word in shown)
    assert all(secrets(words))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "word",
    [
        "a" * 200_000,
        "eyJ" * 60_000,
        "Key" * 60_000,
        "a=" * 60_000,
        "x" * 99_999 + "=y",
        "-----BEGIN PRIVATE KEY-----" * 9_000,
    ],
)
def test_a_long_argument_takes_no_time(word: str) -> None:
    """A template or a script may be one."""
    assert len(masked([word])) == 1
