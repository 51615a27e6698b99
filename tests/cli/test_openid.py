"""`interlock login` against a real OpenID provider and the real service: both flows, refreshing, who left, logout."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import httpx
import pytest
from click.testing import Result
from sqlalchemy import URL

from interlock_cli.login import browser, device, session, store
from interlock_cli.login.device import Shown
from tests.openid import COMMAND, ROLES, OpenId, Person, provider
from tests.service import answers, environment, forked, free_port

pytestmark = [pytest.mark.slow]

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def running_provider() -> Iterator[OpenId]:
    """One for all tests, and the one address of the service that it knows."""
    with provider(f"http://127.0.0.1:{free_port()}") as running:
        yield running


@pytest.fixture
def openid(running_provider: OpenId, database_url: URL) -> Iterator[OpenId]:
    """The provider, and a service whose people are its people."""
    running_provider.begin_anew()
    base = running_provider.service
    env = environment(
        database_url,
        INTERLOCK_PORT=base.rsplit(":", 1)[1],
        INTERLOCK_OIDC_ISSUER=running_provider.url,
        INTERLOCK_OIDC_CLIENT_ID=COMMAND,
        INTERLOCK_ROLE_GROUPS=ROLES,
    )
    with forked("serve", env) as process:
        answers(base, process)
        yield running_provider


@pytest.fixture
def to(openid: OpenId, run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `interlock --url SERVICE ARGUMENTS`; ada agrees to whatever the provider shows her."""
    ada, by_device = Person(), device.log_in

    def opens(address: str) -> bool:
        threading.Thread(target=lambda: httpx.get(ada.agree(address))).start()
        return True

    def shown(show: Callable[[Shown], None], said: Shown) -> None:
        show(said)
        ada.agree(str(said.complete))

    monkeypatch.setattr(session.browser, "log_in", partial(browser.log_in, opens=opens))
    monkeypatch.setattr(
        session.device,
        "log_in",
        lambda issuer, show: by_device(issuer, partial(shown, show), sleep=lambda _: None),
    )
    return lambda *arguments, **options: run("--url", openid.service, *arguments, **options)


@pytest.mark.parametrize(
    ("flow", "grant"),
    [("--browser", "authorization_code"), ("--device", "urn:ietf:params:oauth:grant-type:device_code")],
)
def test_a_person_logs_in_is_refreshed_and_logs_out(flow: str, grant: str, to: Run, openid: OpenId) -> None:
    """The service knows who they are by the ID token; near its end it is refreshed; logout revokes."""
    done = to("login", flow)
    assert done.exit_code == 0, done.output
    assert "as ada@example.com" in done.stderr
    who = json.loads(to("whoami", "-o", "json").stdout)
    assert (who["actor"], who["roles"]) == ("ada@example.com", ["VIEWER", "ADMIN"])
    kept = store.kept(openid.service)
    assert kept is not None
    assert kept.refresh_token is not None
    store.keep(openid.service, replace(kept, expires_at=time.time()))
    assert json.loads(to("whoami", "-o", "json").stdout)["actor"] == "ada@example.com"
    assert openid.granted() == [grant, "refresh_token"]
    after = store.kept(openid.service)
    assert after is not None
    assert after.refresh_token != kept.refresh_token
    assert to("logout").exit_code == 0
    form = {"grant_type": "refresh_token", "refresh_token": str(after.refresh_token), "client_id": COMMAND}
    assert httpx.post(f"{openid.url}/token", data=form).json()["error"] == "invalid_grant"


def test_who_has_left_is_told_to_log_in_again(to: Run, openid: OpenId) -> None:
    """Nothing is refreshed for them: exit code 4."""
    assert to("login", "--browser").exit_code == 0
    kept = store.kept(openid.service)
    assert kept is not None
    openid.tell(left=True)
    store.keep(openid.service, replace(kept, expires_at=time.time()))
    refused = to("status")
    assert refused.exit_code == 4
    assert "interlock login" in refused.stderr
