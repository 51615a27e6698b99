"""What binds an issuer's answer to the browser that asked, and where it leads; how long a session is good."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.authentication import logins, sessions
from domain.authentication.refusals import Unauthenticated
from domain.authentication.sessions import Ending

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
SECRET, OTHER = "A" * 43, "B" * 43
texts = st.text(max_size=60)


@given(texts | st.sampled_from(["//evil", "/\\evil", "/%2F/evil", "/a//b", "/\n/evil", "https:/evil", "/;@evil"]))
def test_a_browser_stays_at_the_service(given_: str) -> None:
    """Whatever is asked for, a browser that follows it stays at the origin (WHATWG: backslashes, tabs, line ends)."""
    path = logins.own_path(given_)
    as_browsers_read = path.replace("\\", "/").replace("\t", "").replace("\n", "").replace("\r", "")
    assert urlsplit(urljoin("https://interlock.example.com", as_browsers_read)).netloc == "interlock.example.com"
    assert path.startswith("/")
    assert path.isascii()


@given(st.integers(0, 600), st.from_regex(r"/[a-z?=&/#%0-9]{0,50}", fullmatch=True))
def test_a_login_comes_back_as_it_was_begun(seconds: int, next_: str) -> None:
    """Within ten minutes, by the state alone and the browser's secret."""
    login = logins.begun(SECRET, "number", next_, NOW)
    assert logins.answered(SECRET, login.state, NOW + timedelta(seconds=seconds)) == login
    assert login.next == logins.own_path(next_)
    assert len({login.nonce, login.verifier, login.state}) == 3
    assert 43 <= len(login.verifier) <= 128
    digest = hashlib.sha256(login.verifier.encode()).digest()
    assert base64.urlsafe_b64decode(f"{login.challenge}=") == digest


@given(texts, st.integers(0, 200), st.characters(codec="utf-8"))
def test_a_changed_state_is_none(made_up: str, place: int, letter: str) -> None:
    """Nor another browser's, nor one that is too old; whatever it is, it is refused in words."""
    state = logins.begun(SECRET, "number", "/checks", NOW).state
    changed = state[: place % len(state)] + letter + state[place % len(state) + 1 :]
    wrong = [made_up] + ([changed] if changed != state else [])
    for each in wrong:
        with pytest.raises(Unauthenticated):
            logins.answered(SECRET, each, NOW)
    for secret in (OTHER, "", made_up):
        with pytest.raises(Unauthenticated):
            logins.answered(secret, state, NOW)
    with pytest.raises(Unauthenticated, match="longer than 10 minutes"):
        logins.answered(SECRET, state, NOW + timedelta(seconds=601))


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [("RS256", hashlib.sha256), ("ES384", hashlib.sha384), ("EdDSA", hashlib.sha512), ("PS256", hashlib.sha256)],
)
def test_an_access_token_is_the_one_that_was_meant(algorithm: str, digest: type) -> None:
    """By the left half of its digest, where the ID token names it (OpenID Connect Core, 3.1.3.6)."""
    whole = digest(b"token").digest()
    named = base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()
    logins.require_access_token({"at_hash": named}, "token", algorithm)
    logins.require_access_token({}, "token", algorithm)
    for claims, token in (({"at_hash": named}, "other"), ({"at_hash": named}, None), ({"at_hash": 1}, "token")):
        with pytest.raises(Unauthenticated, match="at_hash"):
            logins.require_access_token(claims, token, algorithm)


def test_a_nonce_is_the_login_s_own() -> None:
    """One that is missing, or of another kind, is none."""
    login = logins.begun(SECRET, "number", "/", NOW)
    logins.require_own({"nonce": login.nonce}, login)
    for nonce in (None, "", 1, login.state, [login.nonce]):
        with pytest.raises(Unauthenticated, match="another login"):
            logins.require_own({"nonce": nonce}, login)


def test_an_issuer_that_names_itself_always_does() -> None:
    """RFC 9207: an answer of another is refused, and one without a name where the issuer has promised it."""
    logins.require_issuer(None, "https://sso", promised=False)
    logins.require_issuer("https://sso", "https://sso", promised=True)
    for given_, promised in ((None, True), ("https://evil", False), ("https://sso/", True), ("", False)):
        with pytest.raises(Unauthenticated):
            logins.require_issuer(given_, "https://sso", promised)


URL = "https://interlock.example.com"


@pytest.mark.parametrize(
    ("origin", "site", "host", "own"),
    [
        (URL, "same-origin", "interlock.example.com", True),
        (URL, None, "10.0.0.7:8400", True),
        ("https://127.0.0.1:8400", "same-origin", "127.0.0.1:8400", True),
        (None, "same-origin", "interlock.example.com", False),
        ("null", "same-origin", "interlock.example.com", False),
        (URL, "same-site", "interlock.example.com", False),
        (URL, "cross-site", "interlock.example.com", False),
        ("http://interlock.example.com", "same-origin", "interlock.example.com", False),
        (f"{URL}.evil.example", "same-origin", "interlock.example.com", False),
        ("https://other.example.com", "same-origin", "interlock.example.com", False),
    ],
)
def test_whose_page_a_cookie_speaks_for(origin: str | None, site: str | None, host: str, own: bool) -> None:
    """The service's own, over its own scheme."""
    assert sessions.own_page(origin, site, host, URL) is own


@given(st.integers(-10, 100_000), st.integers(1, 100_000))
def test_the_issuer_s_word_is_taken_for_an_hour_at_most(token: int, life: int) -> None:
    """Nor longer than its token lives, nor than the session."""
    until = sessions.vouched_until(NOW + timedelta(seconds=token), NOW, NOW + timedelta(seconds=life))
    assert until - NOW == timedelta(seconds=min(token, 3600, life))


def test_a_session_ends_in_words() -> None:
    """Each way to end has its sentence, and none is let in."""
    sessions.require_live(None, NOW + timedelta(seconds=1), NOW)
    sentences = set()
    for ending in Ending:
        with pytest.raises(Unauthenticated) as refused:
            sessions.require_live(ending, NOW + timedelta(hours=1), NOW)
        sentences.add(refused.value.message)
    assert len(sentences) == len(Ending)
    with pytest.raises(Unauthenticated, match="hours are over"):
        sessions.require_live(None, NOW, NOW)


def test_cookies_over_tls_are_of_this_host_alone() -> None:
    """The prefix that no other host can set; on this machine browsers refuse it without TLS."""
    assert sessions.cookies(URL) == sessions.Cookies("__Host-interlock-session", "__Host-interlock-login", secure=True)
    assert not sessions.cookies("http://127.0.0.1:8400").secure
