"""The device flow (RFC 8628): the person agrees in a browser, wherever that is, and enters or sees a code."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from interlock_cli.errors import CommandError, LostError
from interlock_cli.login import http
from interlock_cli.login.issuer import Issuer
from interlock_cli.login.tokens import Tokens, described, granted

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
INTERVAL_SECONDS, SLOWER_SECONDS = 5.0, 5.0  # RFC 8628, 3.2 and 3.5
LIFE_SECONDS = 600.0


@dataclass(frozen=True)
class Shown:
    """What the person needs: where to go, what to enter, and the address that holds both, if there is one."""

    address: str
    code: str
    complete: str | None


def log_in(issuer: Issuer, show: Callable[[Shown], None], sleep: Callable[[float], None] = time.sleep) -> Tokens:
    """Asks for a code, shows it, and waits until the person has agreed. Raises CommandError when they have not."""
    asked = _asked(issuer)
    show(Shown(str(asked["verification_uri"]), str(asked["user_code"]), asked.get("verification_uri_complete")))
    wait = _number(asked.get("interval"), INTERVAL_SECONDS)
    left = _number(asked.get("expires_in"), LIFE_SECONDS)
    form = {"grant_type": GRANT, "device_code": str(asked["device_code"]), "client_id": issuer.client_id}
    while left > 0:
        sleep(wait)
        left -= wait
        try:
            answer = http.post(issuer.token_endpoint, form)
        except LostError:  # RFC 8628, 3.5: asked again, more rarely
            wait *= 2
            continue
        if answer.status == 200:
            return granted(issuer, answer.body)
        said = answer.body.get("error")
        if said == "slow_down":
            wait += SLOWER_SECONDS
        elif said != "authorization_pending" and answer.status < 500:
            raise CommandError(_refusal(issuer, answer.body), "Nothing was kept. Run `interlock login` again.")
    raise CommandError("Nobody agreed in time.", "Run `interlock login` again.")


def _asked(issuer: Issuer) -> Mapping[str, Any]:
    if issuer.device_authorization_endpoint is None:
        raise CommandError(f"The issuer {issuer.issuer} has no device flow.", "Use `interlock login --browser`.")
    form = {"client_id": issuer.client_id, "scope": issuer.scope, "audience": issuer.audience}
    answer = http.post(issuer.device_authorization_endpoint, form)
    needed = ("device_code", "user_code", "verification_uri")
    if answer.status != 200 or not all(answer.body.get(key) for key in needed):
        raise CommandError(
            f"The issuer {issuer.issuer} gave no code (HTTP status {answer.status}){described(answer.body)}.",
            "The client may not be allowed this flow; try `interlock login --browser`.",
        )
    return answer.body


def _refusal(issuer: Issuer, body: Mapping[str, Any]) -> str:
    known = {"access_denied": "You did not agree.", "expired_token": "Nobody agreed in time."}
    return known.get(str(body.get("error"))) or f"The issuer {issuer.issuer} granted no token{described(body)}."


def _number(given: object, otherwise: float) -> float:
    return float(given) if isinstance(given, int | float) and given > 0 else otherwise
