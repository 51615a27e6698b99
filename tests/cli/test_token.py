"""`interlock token create`, `list` and `revoke` against the real service."""

from __future__ import annotations

import json
from collections.abc import Callable

from click.testing import Result


def test_a_program_s_token_from_its_making_to_its_end(service: str, run: Callable[..., Result]) -> None:
    """Alone on stdout, so that it can be piped; then it is listed, says who asks, and is revoked."""

    def interlock(*arguments: str) -> Result:
        return run("--url", service, *arguments)

    made = interlock("token", "create", "nightly", "--role", "developer", "--role", "VIEWER", "--for", "30d")
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert secret.startswith("ilk_")
    assert "nightly may what VIEWER and DEVELOPER may, until " in made.stderr

    who = interlock("--token", secret, "whoami", "-o", "json")
    assert json.loads(who.stdout)["actor"] == "token:nightly", who.output
    table = interlock("token", "list")
    assert "nightly" in table.stdout
    assert "good" in table.stdout
    [listed] = json.loads(interlock("token", "list", "-o", "json").stdout)
    assert (listed["roles"], listed["createdBy"]) == (["VIEWER", "DEVELOPER"], "local")
    assert secret not in table.stdout + json.dumps(listed)

    assert (listed["stages"], "everywhere" in table.stdout) == ([], True)
    nowhere = interlock("token", "create", "narrow", "--role", "developer", "--stage", "nowhere")
    assert (nowhere.exit_code, "There is no stage 'nowhere'" in nowhere.stderr) == (1, True), nowhere.output

    again = interlock("token", "create", "nightly", "--role", "viewer")
    assert (again.exit_code, "token 'nightly' already exists" in again.stderr) == (1, True)
    assert again.stdout == ""
    late = interlock("token", "create", "late", "--role", "viewer", "--for", "400d")
    assert (late.exit_code, "365 days from now at most" in late.stderr) == (1, True)
    more = interlock("--token", secret, "token", "create", "more", "--role", "viewer")
    assert "token:nightly is VIEWER and DEVELOPER, and may not" in more.stderr

    assert "nightly is revoked" in interlock("token", "revoke", "nightly", "--reason", "done").stderr
    refused = interlock("--token", secret, "services")
    assert refused.exit_code == 4
    assert "did not accept who you are (The token 'nightly' is revoked). Run `interlock login`" in refused.stderr
    unknown = interlock("token", "revoke", "nightli")
    assert "did you mean nightly?" in unknown.stderr
