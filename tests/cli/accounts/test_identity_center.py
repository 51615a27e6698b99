"""The login to IAM Identity Center: its flow, what is kept of it, and the credentials that it gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import Result

from interlock_cli.aws import identity_center as client
from interlock_cli.aws.targets import IdentityCenter as Place
from interlock_cli.errors import AuthenticationError, CommandError
from interlock_cli.terminal import set_manner
from tests.cli.accounts.conftest import BETA, PROD, START_URL, Acme, told
from tests.identity_center import IdentityCenter

Interlock = Callable[..., Result]
PLACE = Place(START_URL, "eu-west-1", "interlock-acme")


@pytest.fixture
def center(identity_center: IdentityCenter, monkeypatch: pytest.MonkeyPatch) -> IdentityCenter:
    """Identity Center, to which nobody has logged in."""
    for name, value in identity_center.variables.items():
        monkeypatch.setenv(name, value)
    return identity_center


@pytest.fixture
def kept(home: Path) -> Path:
    """Where the AWS CLI keeps the login of this session."""
    name = hashlib.sha1(b"interlock-acme").hexdigest()
    return home / ".aws" / "sso" / "cache" / f"{name}.json"


def log_in(waited: list[float] | None = None) -> client.Token:
    """A login whose waiting takes no time."""
    return client.log_in(PLACE, open_browser=False, sleep=(waited if waited is not None else []).append)


def test_a_login_is_kept_as_the_aws_cli_keeps_it(center: IdentityCenter, kept: Path) -> None:
    """In the file that it looks for, which nobody else can read."""
    token = log_in()
    found = json.loads(kept.read_text())
    assert set(found) == {
        "startUrl",
        "region",
        "accessToken",
        "expiresAt",
        "clientId",
        "clientSecret",
        "registrationExpiresAt",
        "refreshToken",
    }
    assert (found["startUrl"], found["accessToken"]) == (START_URL, token.access_token)
    assert datetime.strptime(found["expiresAt"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) > datetime.now(UTC)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_the_code_is_asked_for_as_often_as_is_allowed(center: IdentityCenter) -> None:
    """At the interval that AWS names, and more rarely once it says that this is too often."""
    center.flow = ["AuthorizationPendingException", "SlowDownException", "AuthorizationPendingException"]
    waited: list[float] = []
    log_in(waited)
    assert waited == [1, 6, 6]


@pytest.mark.parametrize(
    ("answer", "said"),
    [("ExpiredTokenException", "was not confirmed in time"), ("AccessDeniedException", "was refused")],
)
def test_a_login_that_is_not_confirmed_fails(center: IdentityCenter, kept: Path, answer: str, said: str) -> None:
    """With what to do; nothing is kept."""
    center.flow = [answer]
    with pytest.raises(AuthenticationError, match=said):
        log_in()
    assert not kept.exists()


def test_the_command_shows_the_code(
    interlock: Interlock, acme: Acme, center: IdentityCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the address to confirm it at; after it nobody is asked again."""
    acme.enter_through_identity_center()
    center.flow = []
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    result = interlock("profiles", "login")
    assert result.exit_code == 0, result.stderr
    assert "Confirm the code ABCD-EFGH at https://device.example/?user_code=ABCD-EFGH" in result.stderr
    assert opened == ["https://device.example/?user_code=ABCD-EFGH"]
    center.assigned = {BETA: {"Developer"}}
    assert told(interlock("credentials", "beta-us"))["AccessKeyId"] == BETA
    assert interlock("profiles", "logout").exit_code == 0
    assert client.kept_token(PLACE) is None
    assert "There was no login." in interlock("profiles", "logout").stderr


def test_without_identity_center_there_is_nothing_to_log_in_to(interlock: Interlock) -> None:
    """The setting that is missing is named."""
    result = interlock("profiles", "login")
    assert result.exit_code == 2
    assert "identityCenterStartUrl" in result.stderr


def test_a_token_that_ends_is_renewed(center: IdentityCenter, kept: Path) -> None:
    """Without the person, before it ends, and kept; with a refresh token that AWS does not take they must log in."""
    center.lasts = 60
    first = log_in()
    center.lasts = 3600
    second = client.current_token(PLACE)
    assert second is not None
    assert second.access_token != first.access_token
    assert json.loads(kept.read_text())["accessToken"] == second.access_token
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "refreshToken": "stolen"}))
    assert client.current_token(PLACE, datetime.now(UTC) + timedelta(hours=2)) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"startUrl": "https://other.example/start"}', "\x00"])
def test_what_is_no_login_of_ours_is_none(center: IdentityCenter, kept: Path, text: str) -> None:
    """A file that is broken, or of another portal, is as if there were none."""
    kept.parent.mkdir(parents=True)
    kept.write_text(text)
    assert client.current_token(PLACE) is None


def test_a_role_that_one_has_not_is_explained(logged_in: IdentityCenter) -> None:
    """Whom to ask for which permission set in which account."""
    token = client.current_token(PLACE)
    assert token is not None
    with pytest.raises(CommandError, match=f"no credentials of Admin in the account {PROD}") as caught:
        client.role_credentials(PLACE, token, PROD, "Admin")
    assert f"Ask whoever administers {START_URL}" in caught.value.remedy


def test_credentials_are_kept_until_shortly_before_they_end(
    interlock: Interlock, logged_in: IdentityCenter, home: Path
) -> None:
    """As credential_process wants them: asked for once, from a file that only the person reads."""
    first = told(interlock("credentials", "prod-eu"))
    assert first["Version"] == 1
    assert (first["AccessKeyId"], first["SessionToken"]) == (PROD, "session")
    assert datetime.fromisoformat(first["Expiration"]) > datetime.now(UTC) + timedelta(minutes=50)
    assert told(interlock("credentials", "prod-eu")) == first
    assert logged_in.asked.count("/federation/credentials") == 1
    files = list((home / ".cache" / "interlock" / "credentials").iterdir())
    assert [each.stat().st_mode & 0o777 for each in files] == [0o600]
    logged_in.lasts = 600  # sooner than a deployment is over
    files[0].write_text("broken")
    interlock("credentials", "prod-eu")
    interlock("credentials", "prod-eu")
    assert logged_in.asked.count("/federation/credentials") == 3


def test_whoever_is_not_logged_in_is_told_how(interlock: Interlock, acme: Acme, center: IdentityCenter) -> None:
    """Where no terminal is, nobody is asked: the AWS CLI shows what was said."""
    acme.enter_through_identity_center()
    result = interlock("credentials", "prod-eu")
    assert result.exit_code == 4
    assert "Log in with `interlock profiles login`." in result.stderr
    assert result.stdout == ""


def test_a_login_is_offered_on_a_terminal(
    interlock: Interlock, acme: Acme, center: IdentityCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A yes leads through it to the credentials, a no to the sentence above."""
    acme.enter_through_identity_center()
    center.assigned, center.flow = {PROD: {"ReadOnly"}}, []
    monkeypatch.setattr("interlock_cli.aws.credentials.somebody_is_there", lambda: True)
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    assert interlock("credentials", "prod-eu", stdin="n\n").exit_code == 4
    result = interlock("credentials", "prod-eu", stdin="y\n")
    assert result.exit_code == 0, result.stderr
    assert "Log in now?" in result.stderr
    assert told(result)["AccessKeyId"] == PROD


def test_programs_go_on_while_the_service_does_not_answer(
    interlock: Interlock, acme: Acme, logged_in: IdentityCenter, home: Path
) -> None:
    """With what it last said of the environment; of one that was never asked for nothing is known."""
    first = told(interlock("credentials", "prod-eu"))
    here, acme.url = acme.url, "http://127.0.0.1:1"
    assert interlock("credentials", "prod-eu").exit_code == 1
    (kept,) = (home / ".cache" / "interlock" / "environments").iterdir()
    kept.rename(kept.with_name(hashlib.sha256(b"http://127.0.0.1:1 prod-eu").hexdigest() + ".json"))
    result = interlock("credentials", "prod-eu")
    assert told(result) == first
    assert "Going by what it last said of prod-eu." in result.stderr
    assert interlock("credentials", "beta-us").exit_code == 1
    acme.url = here


def test_the_code_is_shown_even_quietly(center: IdentityCenter, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it nobody can go on."""
    with click.Context(click.Command("x")) as context:
        set_manner(context, quiet=True, color=None)
        log_in()
    assert "Confirm the code" in capsys.readouterr().err
