"""The token for a request to a service: as it is kept, refreshed before its end, or got by logging in again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from enum import StrEnum

import click

from interlock_cli.errors import AuthenticationError, CommandError
from interlock_cli.files import locked
from interlock_cli.login import browser, device, store
from interlock_cli.login.issuer import Issuer, issuer_of
from interlock_cli.login.tokens import LoginEndedError, Tokens, refreshed
from interlock_cli.notices import needed
from interlock_cli.terminal import somebody_is_there
from interlock_cli.working import held, working


class Flow(StrEnum):
    """How a person logs in."""

    BROWSER = "browser"
    DEVICE = "device"


def kept_token(url: str) -> str | None:
    """The token that is kept, while it is good; nothing is refreshed, asked or said."""
    tokens = store.kept(url)
    return tokens.bearer if tokens and time.time() < tokens.expires_at else None


def token(url: str) -> str | None:
    """The token for the service at this base address; None where nobody is logged in.

    Raises AuthenticationError for a login that has ended, unless the person logs in again at once.
    """
    tokens = store.kept(url)
    if tokens is None:
        return None
    if not tokens.ends_soon(time.time()):
        return tokens.bearer
    try:
        return _refreshed(url).bearer
    except LoginEndedError as ended:
        return _again(url, ended).bearer


def _refreshed(url: str) -> Tokens:
    """Refreshed once: whoever waited here meanwhile finds it done."""
    with locked(store.lock_file()):
        tokens = store.kept(url)
        if tokens is None:
            raise LoginEndedError("The login was forgotten.")
        if tokens.ends_soon(time.time()):
            with working("Refreshing your login"):
                tokens = refreshed(tokens)
            store.keep(url, tokens)
        return tokens


def _again(url: str, ended: CommandError) -> Tokens:
    """Logs in again, if the person wants to. Raises AuthenticationError."""
    if somebody_is_there():
        with held():
            wanted = click.confirm(f"{ended.message} Log in again?", default=True, err=True)
        if wanted:
            tokens, _ = log_in(url)
            return tokens
    raise AuthenticationError(ended.message, "Run `interlock login`.") from ended


def log_in(url: str, flow: Flow | None = None) -> tuple[Tokens, str]:
    """Logs the person in to the service at this base address, and keeps it; says where. Raises CommandError."""
    with working("Asking the service"):
        issuer = issuer_of(url)
    tokens = _FLOWS[flow or fitting(issuer)](issuer)
    with locked(store.lock_file()):
        where = store.keep(url, tokens)
    return tokens, where


def fitting(issuer: Issuer) -> Flow:
    """A browser where one can open here, and the issuer lets it; else the device flow, whose browser is anywhere."""
    remote = bool(os.environ.get("SSH_CONNECTION"))
    windows = os.name == "nt" or os.uname().sysname == "Darwin"
    screen = windows or any(os.environ.get(each) for each in ("DISPLAY", "WAYLAND_DISPLAY"))
    if issuer.authorization_endpoint and ((screen and not remote) or not issuer.device_authorization_endpoint):
        return Flow.BROWSER
    return Flow.DEVICE


def _by_browser(issuer: Issuer) -> Tokens:
    with working("Waiting for your browser"):
        return browser.log_in(issuer, lambda address: needed(f"Log in at {address}"))


def _by_device(issuer: Issuer) -> Tokens:
    with working("Waiting for you to agree"):
        return device.log_in(issuer, _show_code)


def _show_code(shown: device.Shown) -> None:
    if shown.complete:
        needed(f"Open {shown.complete}")
        needed(f"and see that it shows the code {shown.code}.")
    else:
        needed(f"Open {shown.address}")
        needed(f"and enter the code {shown.code}.")


_FLOWS: dict[Flow, Callable[[Issuer], Tokens]] = {Flow.BROWSER: _by_browser, Flow.DEVICE: _by_device}
