"""`interlock login`, `logout` and `whoami` against an issuer: two flows, what is kept, how it is refreshed."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import httpx
import keyring
import pytest
from click.testing import Result
from keyring.backend import KeyringBackend
from keyring.errors import PasswordSetError

from interlock_cli.errors import AuthenticationError, CommandError, LostError
from interlock_cli.login import browser, device, http, session, store
from interlock_cli.login.device import Shown
from interlock_cli.login.issuer import Issuer, issuer_of
from interlock_cli.login.tokens import granted, refreshed
from tests.cli.conftest import Pretend
from tests.cli.sso import Sso

Run = Callable[..., Result]
by_browser, by_device = browser.log_in, device.log_in


def agree(address: str) -> bool:
    """A browser whose person agrees at once."""
    threading.Thread(target=httpx.get, args=(address,), kwargs={"follow_redirects": True}).start()
    return True


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that agrees, and no waiting between two questions to the issuer."""
    monkeypatch.setattr(session.browser, "log_in", partial(by_browser, opens=agree))
    monkeypatch.setattr(session.device, "log_in", partial(by_device, sleep=lambda _: None))


@pytest.fixture
def to(sso: Sso, run: Run) -> Run:
    """Runs `interlock --url SERVICE ARGUMENTS`."""
    return lambda *arguments, **options: run("--url", sso.url, *arguments, **options)


@pytest.mark.parametrize("flow", ["--browser", "--device"])
def test_a_login_is_kept_and_used(flow: str, to: Run, sso: Sso) -> None:
    """Either flow: the ID token is the bearer, where no audience is named; the file is its owner's alone."""
    done = to("login", flow)
    assert done.exit_code == 0, done.output
    assert "as ada@example.com" in done.stderr
    assert str(store.file()) in done.stderr
    assert stat.S_IMODE(store.file().stat().st_mode) == 0o600
    shown = json.loads(to("whoami", "-o", "json").stdout)
    assert (shown["actor"], shown["token"]["from"], shown["token"]["issuer"]) == (
        "ada@example.com",
        "login",
        sso.issuer,
    )
    kept = store.kept(sso.url)
    assert kept is not None
    assert sso.bearers == [f"Bearer {kept.bearer}"]
    assert kept.bearer.count(".") == 2
    assert kept.bearer not in repr(kept)


def test_an_audience_wants_the_access_token(to: Run, sso: Sso) -> None:
    """With INTERLOCK_OIDC_AUDIENCE the access token is sent, whatever its form."""
    sso.audience = "https://interlock.example.com"
    assert to("login", "--device").exit_code == 0
    assert "1 h" in to("whoami").stdout or "min" in to("whoami").stdout
    assert str(sso.bearers[0]).startswith("Bearer access-")


def test_the_token_is_printed_for_other_programs(to: Run, sso: Sso) -> None:
    """Nothing but the token: of the login, or what was given; without either it is said how to get one."""
    without = to("token")
    assert (without.exit_code, without.stdout) == (4, "")
    assert "Run `interlock login`." in without.stderr
    assert to("login", "--device").exit_code == 0
    kept = store.kept(sso.url)
    assert kept is not None
    assert to("token").stdout == f"{kept.bearer}\n"
    assert to("--token", "of-a-robot", "token").stdout == "of-a-robot\n"


def test_the_device_flow_waits_as_it_is_told(sso: Sso) -> None:
    """Every five seconds, five more for `slow_down`; the person sees the address and the code."""
    sso.pending = ["authorization_pending", "slow_down", "authorization_pending"]
    waits: list[float] = []
    shown: list[Shown] = []
    tokens = by_device(issuer_of(sso.url), shown.append, waits.append)
    assert tokens.subject == "ada@example.com"
    assert waits == [5, 5, 10, 10]
    assert shown == [Shown(f"{sso.url}/activate", "WDJB-MJHT", f"{sso.url}/activate?user_code=WDJB-MJHT")]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (["access_denied"], "You did not agree"),
        (["expired_token"], "Nobody agreed in time"),
        (["authorization_pending"] * 20, "Nobody agreed in time"),
        (["invalid_scope"], "granted no token: invalid_scope, it is invalid_scope"),
    ],
)
def test_the_device_flow_ends(answers: list[str], said: str, to: Run, sso: Sso) -> None:
    """A no, and silence until the code's end, are said; nothing is kept."""
    sso.pending = answers
    done = to("login", "--device")
    assert done.exit_code == 1
    assert said in done.stderr
    assert store.kept(sso.url) is None


def test_the_browser_flow_refuses_what_is_not_its_answer(sso: Sso) -> None:
    """A page with another state is told so, and the right one still counts; a no is said."""
    statuses: list[int] = []
    visits: list[threading.Thread] = []

    def intruder_first(address: str) -> bool:
        redirect = httpx.URL(address).params["redirect_uri"]

        def visit() -> None:
            statuses.append(httpx.get(redirect, params={"code": "stolen", "state": "guessed"}).status_code)
            statuses.append(httpx.get(address, follow_redirects=True).status_code)

        visits.append(threading.Thread(target=visit))
        visits[0].start()
        return True

    issuer = issuer_of(sso.url)
    assert by_browser(issuer, lambda _: None, intruder_first).subject == "ada@example.com"
    visits[0].join()
    assert statuses == [400, 200]
    sso.denies = True
    with pytest.raises(CommandError, match="You did not agree"):
        by_browser(issuer, lambda _: None, agree)
    with pytest.raises(CommandError, match="Nobody logged in in time"):
        by_browser(issuer, lambda _: None, lambda _: True, life=0.01)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": "https://evil.example"}, "it is of 'https://evil.example'"),
        ({"aud": "another"}, "it is for 'another'"),
        ({"nonce": "another"}, "it answers another request"),
        ({"exp": 1}, "clock"),
    ],
)
def test_an_id_token_for_another_is_refused(claims: dict[str, object], said: str, to: Run, sso: Sso) -> None:
    """Issuer, audience, nonce and end are looked at; nothing is kept."""
    sso.claims = claims
    done = to("login", "--browser")
    assert done.exit_code == 1
    assert said in done.stderr
    assert store.kept(sso.url) is None


def test_a_token_is_refreshed_before_its_end(to: Run, sso: Sso) -> None:
    """Once for all that ask; the issuer's new refresh token replaces the old one, which is good no more."""
    sso.lifetime = 30  # less than the minute before the end
    to("login", "--device")
    first = store.kept(sso.url)
    sso.lifetime = 3600
    threads = [threading.Thread(target=session.token, args=(sso.url,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second = store.kept(sso.url)
    assert first is not None
    assert second is not None
    assert second.refresh_token != first.refresh_token
    assert [each["grant_type"] for each in sso.asked][1:] == ["refresh_token"]
    assert session.token(sso.url) == session.kept_token(sso.url) == second.bearer


def test_an_expired_login_is_said(to: Run, sso: Sso) -> None:
    """Exit code 4, and what to do; where somebody can be asked, they are, and the command goes on."""
    sso.lifetime = 0
    to("login", "--device")
    tokens = store.kept(sso.url)
    assert tokens is not None
    sso.revoked.append(str(tokens.refresh_token))
    done = to("whoami")
    assert done.exit_code == 4
    assert "has expired" in done.stderr
    assert "interlock login" in done.stderr
    assert session.kept_token(sso.url) is None


def test_it_is_asked_for_on_a_terminal(to: Run, sso: Sso, monkeypatch: pytest.MonkeyPatch) -> None:
    """A yes logs in and goes on with the command; a no ends it with 4."""
    sso.lifetime = 0
    to("login", "--device")
    tokens = store.kept(sso.url)
    assert tokens is not None
    sso.revoked.append(str(tokens.refresh_token))
    monkeypatch.setattr(session, "somebody_is_there", lambda: True)
    assert to("whoami", stdin="n\n").exit_code == 4
    sso.lifetime = 3600
    done = to("whoami", stdin="y\n")
    assert done.exit_code == 0
    assert "Log in again?" in done.stderr
    assert "ada@example.com" in done.stdout


def test_logout_revokes_and_forgets(to: Run, sso: Sso) -> None:
    """The refresh token is revoked at the issuer; twice is no error; where the issuer is gone it is still forgotten."""
    to("login", "--device")
    tokens = store.kept(sso.url)
    assert tokens is not None
    assert "revoked the token" in to("logout").stderr
    assert sso.revoked == [tokens.refresh_token]
    assert store.kept(sso.url) is None
    assert "Nobody is logged in" in to("logout").stderr
    sso.discovery = {"revocation_endpoint": None}
    to("login", "--device")
    assert "revokes none" in to("logout").stderr
    sso.discovery = {"revocation_endpoint": "http://127.0.0.1:9/"}
    to("login", "--device")
    done = to("logout")
    assert "forgotten, but not revoked" in done.stderr
    assert store.kept(sso.url) is None


class Memory(KeyringBackend):
    """A keyring in memory; `full` takes nothing."""

    priority = 1  # type: ignore[assignment]
    full = False

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.full:
            raise PasswordSetError("it is full")
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def memory() -> Iterator[Memory]:
    """The process's keyring."""
    before, backend = keyring.get_keyring(), Memory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def test_a_keyring_keeps_it(to: Run, sso: Sso, memory: Memory) -> None:
    """No token is in the file then; a keyring that takes nothing leaves it to the file."""
    assert "the keyring" in to("login", "--device").stderr
    assert list(memory.held) == [("interlock", sso.url)]
    assert json.loads(store.file().read_text()) == {sso.url: "keyring"}
    assert to("whoami").exit_code == 0
    memory.full = True
    to("login", "--device")
    assert memory.held == {}
    memory.full = False
    to("login", "--device")
    to("logout")
    assert memory.held == {}
    memory.full = True
    assert str(store.file()) in to("login", "--device").stderr
    assert store.kept(sso.url) is not None


def test_a_service_without_an_issuer(to: Run, sso: Sso, ask: Run, pretend: Pretend) -> None:
    """It says so plainly, and so does one that is older than logins."""
    sso.issuer = None
    done = to("login")
    assert done.exit_code == 1
    assert "has no login: no issuer of tokens is set (INTERLOCK_OIDC_ISSUER)" in done.stderr
    pretend.known = None
    assert "older than `interlock login`" in ask("login").stderr


def test_a_token_that_is_given_goes_first(to: Run, sso: Sso) -> None:
    """`login` says that it would be of no use; `whoami` says where the token comes from."""
    done = to("login", env={"INTERLOCK_TOKEN": "abc"})
    assert done.exit_code == 2
    assert "INTERLOCK_TOKEN" in done.stderr
    assert (
        json.loads(to("whoami", "-o", "json", env={"INTERLOCK_TOKEN": "abc"}).stdout)["token"]["from"]
        == "INTERLOCK_TOKEN"
    )
    assert json.loads(to("--token", "abc", "whoami", "-o", "json").stdout)["token"]["from"] == "--token"
    assert json.loads(to("whoami", "-o", "json").stdout)["token"] is None
    assert sso.bearers == ["Bearer abc", "Bearer abc", None]


@pytest.mark.parametrize(
    ("discovery", "said"),
    [
        ({"issuer": "https://other.example"}, "must be exactly what the issuer calls itself"),
        ({"token_endpoint": None}, "names no token_endpoint"),
        ({"token_endpoint": "http://sso.example.com/token"}, "over which no token may be sent"),
        ({"device_authorization_endpoint": None}, "has no device flow"),
    ],
)
def test_an_issuer_that_is_none(discovery: dict[str, object], said: str, to: Run, sso: Sso) -> None:
    """What its document says wrong is named."""
    sso.discovery = discovery
    done = to("login", "--device")
    assert done.exit_code == 1
    assert said in done.stderr


def test_no_token_goes_where_others_listen() -> None:
    """Plain HTTP is for this machine alone, and a redirect is not followed."""
    for url in ("http://127.0.0.1:1", "http://localhost", "http://[::1]:8", "https://sso.example.com"):
        http.refuse_plain(url, "It")
    for url in ("http://sso.example.com", "ftp://127.0.0.1", "https://"):
        with pytest.raises(CommandError, match="over which no token may be sent"):
            http.refuse_plain(url, "It")


def test_a_redirect_is_not_followed(sso: Sso) -> None:
    """The form of a request may hold a secret: it goes to the address that was named alone."""
    query = {"redirect_uri": "http://127.0.0.1:9/", "client_id": "interlock-command", "state": "s", "scope": "openid"}
    more = {"code_challenge_method": "S256", "response_type": "code"}
    assert http.get(f"{sso.url}/authorize?{httpx.QueryParams(query | more)}").status == 307


@pytest.mark.parametrize(
    ("environment", "flow"),
    [
        ({"DISPLAY": ":0"}, session.Flow.BROWSER),
        ({"WAYLAND_DISPLAY": "wayland-0"}, session.Flow.BROWSER),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "1.2.3.4"}, session.Flow.DEVICE),
        ({}, session.Flow.DEVICE),
    ],
)
def test_the_fitting_flow(environment: dict[str, str], flow: session.Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser where there is a screen; a code where there is none, or only through SSH; what the issuer has."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    both = Issuer("https://i", "c", None, "https://i/t", "https://i/a", "https://i/d", None)
    assert session.fitting(both) == flow
    no_device = Issuer("https://i", "c", None, "https://i/t", "https://i/a", None, None)
    assert session.fitting(no_device) == session.Flow.BROWSER


def test_a_file_of_logins_that_is_not_whole(to: Run, sso: Sso) -> None:
    """It is said, and how to mend it; nothing overwrites it."""
    to("login", "--device")
    store.file().write_text("{")
    done = to("whoami")
    assert done.exit_code == 1
    assert f"rm {store.file()}" in done.stderr
    store.file().write_text(json.dumps({sso.url: "no tokens"}))
    assert store.kept(sso.url) is None


def test_only_scopes_that_the_issuer_knows() -> None:
    """`openid` always; a refresh token is asked for where the issuer does not say that it cannot."""
    known = Issuer("https://i", "c", None, "https://i/t", None, None, None, ("openid", "email"))
    assert known.scope == "openid email"
    assert "offline_access" in Issuer("https://i", "c", None, "https://i/t", None, None, None).scope


def test_a_login_that_was_forgotten_meanwhile(sso: Sso, to: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may log out while this one waits to refresh: that is an ended login, not a defect."""
    sso.lifetime = 0
    to("login", "--device")
    found = iter([store.kept(sso.url), None])
    monkeypatch.setattr(session.store, "kept", lambda _: next(found))
    with pytest.raises(AuthenticationError, match="was forgotten"):
        session.token(sso.url)


def test_the_device_flow_outlives_a_network_that_fails(sso: Sso, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person is in their browser meanwhile: it is asked again, more rarely (RFC 8628, 3.5)."""
    post, failures, waits = http.post, [LostError("no answer")], list[float]()

    def failing(url: str, form: Mapping[str, str | None]) -> http.Answer:
        if url.endswith("/token") and failures:
            raise failures.pop()
        return post(url, form)

    monkeypatch.setattr(http, "post", failing)
    assert by_device(issuer_of(sso.url), lambda _: None, waits.append).subject == "ada@example.com"
    assert waits == [5, 10]


def test_an_issuer_that_is_asked_too_often_has_ended_no_login(
    to: Run, sso: Sso, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so with 429: a login that is refreshed later is kept."""
    to("login", "--device")
    kept = store.kept(sso.url)
    assert kept is not None
    monkeypatch.setattr(http, "post", lambda *_: http.Answer(429, {}))
    with pytest.raises(LostError, match="429"):
        refreshed(kept)


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.b.c.d.e"])
def test_an_id_token_that_cannot_be_read_is_none(token: str, sso: Sso) -> None:
    """Nobody could say for whom it is, and until when it is good."""
    with pytest.raises(CommandError, match="granted no ID token"):
        granted(issuer_of(sso.url), {"id_token": token, "access_token": "x", "expires_in": 3600})
