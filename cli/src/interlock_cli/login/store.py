"""Where a login is kept: in the system's keyring, if `interlock-cli[keyring]` is installed and it works; else a file.

The file, `logins.json` beside other state, has mode 0600. It also remembers for which services the keyring has
something, so that nothing asks a keyring in vain.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from interlock_cli.errors import CommandError
from interlock_cli.files import locked, write_private
from interlock_cli.folders import state_folder
from interlock_cli.login.tokens import Tokens

KEYRING_SERVICE = "interlock"
IN_KEYRING = "keyring"


def file() -> Path:
    """The file."""
    return state_folder() / "logins.json"


def lock_file() -> Path:
    """What is locked while a login is changed: of two that refresh at once, the second would revoke the first's."""
    return state_folder() / ".logins.lock"


def kept(url: str) -> Tokens | None:
    """What is kept for the service at this base address; None where nothing is, or nothing that can be read."""
    record = _records().get(url)
    text = _keyring_get(url) if record == IN_KEYRING else record
    if not isinstance(text, str):
        return None
    try:
        return Tokens.from_json(text)
    except (ValueError, TypeError, KeyError):
        return None


def keep(url: str, tokens: Tokens) -> str:
    """Keeps it, and says where, for a person. The caller holds the lock."""
    records = _records()
    in_keyring = _keyring_set(url, tokens.to_json())
    if not in_keyring and records.get(url) == IN_KEYRING:
        _keyring_delete(url)  # what it still has would be good until it ends, and nobody would forget it
    records[url] = IN_KEYRING if in_keyring else tokens.to_json()
    _write(records)
    return "the keyring" if in_keyring else str(file())


def forget(url: str) -> None:
    """Keeps nothing for it any more."""
    with locked(lock_file()):
        records = _records()
        if records.pop(url, None) == IN_KEYRING:
            _keyring_delete(url)
        _write(records)


def _records() -> dict[str, Any]:
    """By base address: the tokens, or where they are. A file that is not whole holds nothing."""
    try:
        found = json.loads(file().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CommandError(
            f"{file()} cannot be read ({error}).", f"Log in again after `rm {file()}`, or give INTERLOCK_TOKEN."
        ) from error
    return found if isinstance(found, dict) else {}


def _write(records: dict[str, Any]) -> None:
    write_private(file(), json.dumps(records, indent=2) + "\n")


def _keyring_get(url: str) -> str | None:
    try:
        import keyring  # noqa: PLC0415 - an optional extra, and slow to import
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError as error:
        raise CommandError(
            "Your login is in the keyring, which this installation cannot read.",
            "Run `pip install 'interlock-cli[keyring]'`, or log in again.",
        ) from error
    try:
        return keyring.get_password(KEYRING_SERVICE, url)
    except KeyringError as error:
        raise CommandError(f"The keyring cannot be read: {error}.", "Unlock it, or log in again.") from error


def _keyring_set(url: str, text: str) -> bool:
    """Whether the keyring took it: none may be installed, unlocked, or large enough."""
    try:
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        return False
    try:
        keyring.set_password(KEYRING_SERVICE, url, text)
    except (KeyringError, OSError):  # Windows takes 2,560 bytes, and says so by OSError
        return False
    return True


def _keyring_delete(url: str) -> None:
    try:
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError  # noqa: PLC0415

        keyring.delete_password(KEYRING_SERVICE, url)
    except (ImportError, KeyringError):
        return
