"""The same failure has the same fingerprint, whatever is particular about it."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fingerprints import LONGEST_TEXT, fingerprint, normalized

REGIONS = st.sampled_from(["eu-west-1", "us-east-1", "ap-southeast-2", "us-gov-west-1", "cn-north-1"])
ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
NAMES = st.from_regex(r"[a-z]{3,8}(-[a-z]{3,8}){0,2}", fullmatch=True)
PARTICULARS = st.tuples(REGIONS, ACCOUNTS, NAMES, st.uuids(), st.integers(0, 10**9))


def _text(region: str, account: str, name: str, id_: uuid.UUID, number: int) -> str:
    return (
        f'Resource handler returned message: "User: arn:aws:sts::{account}:assumed-role/x/{name} is not authorized in '
        f'{region}" (RequestToken: {id_}, HandlerErrorCode: AccessDenied) after {number} s: {name} of account {account}'
    )


@given(PARTICULARS, PARTICULARS)
def test_accounts_regions_names_and_ids_make_no_difference(one: tuple, other: tuple) -> None:  # type: ignore[type-arg]
    """Across time, services and accounts. The name is given; all else is recognized by its form."""
    prints = {fingerprint("RESOURCE", "AWS::SQS::Queue", _text(*each), [each[2]]).digest for each in (one, other)}
    assert len(prints) == 1


def test_another_error_is_another_fingerprint() -> None:
    """Of another kind, of another type of resource, or in other words."""
    same = ("RESOURCE", "AWS::SQS::Queue", "the name is taken")
    found = {
        fingerprint(*same).digest,
        fingerprint("HOOK", *same[1:]).digest,
        fingerprint(same[0], "AWS::SNS::Topic", same[2]).digest,
        fingerprint(*same[:2], "access is denied").digest,
    }
    assert len(found) == 4


@given(st.text(max_size=400), st.lists(NAMES, max_size=3))
def test_it_is_total_and_settles(text: str, names: list[str]) -> None:
    """Any text; normalized again it stays as it is; no number is left; bounded."""
    once = normalized(text, names)
    assert normalized(once) == once
    assert len(once) <= LONGEST_TEXT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bucket payments-logs-1a2b3c4d5e in eu-west-1 exists", "Bucket payments-logs-<id> in <region> exists"),
        ("Export 'net:Vpc' cannot be deleted", "Export <name> cannot be deleted"),
        ("at 2026-11-22T23:40:00Z, 12.5 of 100", "at <time>, <n> of <n>"),
        ("GET https://example.com/x?y=1 gave 503", "GET <url> gave <n>"),
        ("Threshold Crossed: 1 datapoint (12.0) was greater", "Threshold Crossed: <n> datapoint (<n>) was greater"),
        ("BUILD: COMMAND_EXECUTION_ERROR: exit status 1", "BUILD: COMMAND_EXECUTION_ERROR: exit status <n>"),
        ("the deadbeefdeadbeef1234 commit", "the <id> commit"),
        ("accessed defaced", "accessed defaced"),
    ],
)
def test_what_is_left(text: str, expected: str) -> None:
    """The sentence stays readable."""
    assert normalized(text) == expected
