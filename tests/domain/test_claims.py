"""What a person's token must say, what they are called, and which roles their groups have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.authentication.claims import SKEW_SECONDS, Expected, Person, person, require_type
from domain.authentication.groups import nobody, role_groups, roles_of
from domain.authentication.refusals import Unauthenticated
from domain.permissions import Role

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
WANTED = Expected("https://sso.example.com", "interlock", "interlock")
GOOD = {"iss": WANTED.issuer, "aud": "interlock", "sub": "42", "iat": SECONDS, "exp": SECONDS + 300}


def of(**more: Any) -> Person:
    """The person of a token that says this beside what a good one does; None leaves a claim out."""
    said = {name: value for name, value in {**GOOD, **more}.items() if value is not None}
    return person(said, WANTED, "groups", NOW)


def test_a_person_is_called_by_their_mail_only_where_it_is_verified() -> None:
    """In small letters; else by the subject at the issuer, which nobody else can have."""
    assert of(email="Ada@Example.com", email_verified=True).actor == "ada@example.com"
    plain = "42@https://sso.example.com"
    for unsure in (None, False, "true", 1):
        assert of(email="ada@example.com", email_verified=unsure).actor == plain
    for odd in ("interlock", "token:ci@x", "a b@example.com", "ada@example.com\n", "", 5, "ä@example.com"):
        assert of(email=odd, email_verified=True).actor == plain


def test_a_token_is_taken_until_its_end_and_the_skew() -> None:
    """The end that sockets go by is the same moment."""
    late = of(exp=SECONDS - SKEW_SECONDS + 1)
    assert late.ends_at == NOW + timedelta(seconds=1)
    assert of(iat=SECONDS + SKEW_SECONDS, nbf=SECONDS + SKEW_SECONDS).actor


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ({"iss": "https://evil.example"}, "of the issuer 'https://evil.example'"),
        ({"iss": None}, "of the issuer None"),
        ({"iss": ["https://sso.example.com"]}, "of the issuer"),
        ({"aud": "other"}, "for 'other', not for 'interlock'"),
        ({"aud": []}, "not for 'interlock'"),
        ({"aud": None}, "for None"),
        ({"aud": ["interlock", "other"]}, "granted to None"),
        ({"aud": ["interlock", "other"], "azp": "other"}, "granted to 'other'"),
        ({"exp": SECONDS - SKEW_SECONDS}, "has expired"),
        ({"exp": None}, "exp is None"),
        ({"exp": "2030"}, "exp is '2030'"),
        ({"exp": True}, "exp is True"),
        ({"exp": float("inf")}, "exp is inf"),
        ({"exp": float("nan")}, "exp is nan"),
        ({"exp": 1e300}, "before the year 10000"),
        ({"exp": 10**400}, "exp is a number of"),
        ({"iat": None}, "iat is None"),
        ({"iat": SECONDS + SKEW_SECONDS + 1}, "not good yet"),
        ({"nbf": SECONDS + SKEW_SECONDS + 1}, "not good yet"),
        ({"nbf": "soon"}, "nbf is 'soon'"),
        ({"sub": None}, "sub is None"),
        ({"sub": ""}, "sub is ''"),
        ({"sub": "a\nb"}, "1 to 255 characters"),
        ({"sub": "x" * 256}, "1 to 255 characters"),
        ({"sub": 5}, "sub is 5"),
    ],
)
def test_each_claim_is_looked_at(said: dict[str, Any], because: str) -> None:
    """The first that is wrong is named, with what was given."""
    with pytest.raises(Unauthenticated) as refused:
        of(**said)
    assert because in refused.value.message
    assert refused.value.error == "invalid_token"


def test_an_audience_among_several_is_enough() -> None:
    """Where the client is who it was granted to; an access token's client may be another."""
    assert of(aud=["other", "interlock"], azp="interlock").actor
    access = Expected(WANTED.issuer, "api")
    assert person({**GOOD, "aud": ["api", "userinfo"], "azp": "someone"}, access, "groups", NOW).actor


def test_what_else_is_signed_by_the_issuer_is_no_bearer() -> None:
    """Logout tokens and proofs have the same keys."""
    for good in (None, "JWT", "jwt", "at+jwt", "application/at+jwt"):
        require_type(good)
    for other in ("logout+jwt", "dpop+jwt", "", 5, ["JWT"], "secevent+jwt"):
        with pytest.raises(Unauthenticated):
            require_type(other)


WHATEVER = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "nbf", "azp", "email", "email_verified", "groups"]), WHATEVER))
def test_whatever_is_claimed_is_answered(said: dict[str, Any]) -> None:
    """A signature says who wrote it, and not that it makes sense: a person or a refusal, never anything else."""
    try:
        found = person({**GOOD, **said}, WANTED, "groups", NOW)
    except Unauthenticated:
        return
    assert found.actor.isprintable()
    assert found.ends_at > NOW


def test_groups_have_roles() -> None:
    """Several groups of a role, several roles of a group; everybody; a comma in a name."""
    known = role_groups("admin=platform-admins, admin=owners,operator=sre,developer=*,viewer=CN=a%2COU=b")
    assert roles_of(["owners", "sre"], known) == {Role.ADMIN, Role.OPERATOR, Role.DEVELOPER}
    assert roles_of(["CN=a,OU=b"], known) == {Role.VIEWER, Role.DEVELOPER}
    assert roles_of([], known) == {Role.DEVELOPER}
    assert roles_of(["*"], role_groups("admin=ops")) == frozenset()


@pytest.mark.parametrize("text", ["", "admin", "admin=", "=x", "admin=x,", "root=x", "pipeline=x", "admin=x;y=z,w"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    """A pipeline's role is not given to people."""
    with pytest.raises(ValueError, match="is no"):
        role_groups(text)


def test_whoever_has_no_role_is_told_whom_to_ask() -> None:
    """What was looked at, the setting, and that there are grants."""
    refused = nobody("ada", ["sre"], "groups")
    assert "none of the 1 groups of the token has one, and nothing is granted to them" in refused.message
    assert "INTERLOCK_ROLE_GROUPS" in refused.remedy
    assert "the token's roles name no group" in nobody("ada", [], "roles").message
