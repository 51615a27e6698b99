"""A real OpenID provider on loopback: the npm package `oidc-provider`, driven by node (`openid.mjs`)."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from models.engine import Database
from models.settings import Settings
from tests.service import ROOT

CONSOLE = "interlock-console"
SECRET = "a secret: of 100 % + more"
COMMAND = "interlock"
ROLES = "admin=platform-admins,viewer=staff"


class OpenId:
    """A running provider. url: its issuer. Whoever logs in there is known by the name that they enter.

    database: of the service that runs at its address, where a test says so.
    """

    database: Database

    def __init__(self, url: str, service: str) -> None:
        self.url, self.service = url, service

    def settings(self, **other: Any) -> Settings:
        """Of a service whose people are this provider's."""
        given = {
            "public_url": self.service,
            "oidc_issuer": self.url,
            "oidc_client_id": COMMAND,
            "oidc_browser_client_id": CONSOLE,
            "oidc_client_secret": SECRET,
            "role_groups": ROLES,
        }
        return Settings(**(given | other))

    def tell(self, **known: Any) -> dict[str, Any]:
        """Changes what it knows: left, groups, failing. What it has granted since, in order, is in `granted`."""
        return dict(httpx.post(f"{self.url}/test", json=known).raise_for_status().json())

    def begin_anew(self) -> None:
        """It answers, everybody is there, and nothing was granted."""
        self.tell(left=False, failing=False, groups=["staff", "platform-admins"], granted=[])

    def granted(self) -> list[str]:
        """The grants that were asked of its token endpoint, or why they were refused."""
        return list(self.tell()["granted"])


@contextmanager
def provider(service: str) -> Iterator[OpenId]:
    """A provider that knows the service at this base address, ended with the block."""
    given = json.dumps({"redirect": f"{service}/login/callback", "home": f"{service}/"})
    command = ["node", "--no-warnings", str(ROOT / "tests" / "openid.mjs"), given]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("http://"):
                    yield OpenId(line.strip(), service)
                    return
            raise AssertionError("the provider has ended: is `npm ci` done?")
        finally:
            process.kill()


class Person:
    """Somebody at the provider's own pages, without a browser: cookies are kept, forms are sent."""

    def __init__(self, name: str = "ada") -> None:
        self.name = name
        self._cookies = httpx.Cookies()

    def agree(self, address: str) -> str:
        """Logs in and agrees, where that is asked; the address that the provider sends the browser back to.

        Where it sends it nowhere, as in the device flow, that of its last page.
        """
        with httpx.Client(cookies=self._cookies) as client:
            back = self._go(client, address)
            self._cookies = client.cookies
        return back

    def _go(self, client: httpx.Client, address: str) -> str:
        provider = "/".join(address.split("/")[:3])
        answer = client.get(address)
        while True:
            if answer.is_redirect:
                to = answer.headers["location"]
                if not to.startswith(("/", f"{provider}/")):
                    return str(to)
                answer = client.get(answer.url.join(to))
                continue
            answer.raise_for_status()
            action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            if action is None:
                return str(answer.url)
            answer = client.post(answer.url.join(html.unescape(action[1])), data=self._filled(answer.text))

    def _filled(self, page: str) -> dict[str, str]:
        """What the page's form is sent with: what it holds, and the person's name."""
        inputs = [dict(re.findall(r'(name|value)="([^"]*)"', each)) for each in re.findall(r"<input[^>]*>", page)]
        known = {"login": self.name, "password": "of-no-matter"}
        return {each["name"]: known.get(each["name"], each.get("value", "")) for each in inputs}
