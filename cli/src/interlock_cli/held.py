"""What `hold` and `release` ask before they do anything: what is next in an environment, and a whole commit."""

from __future__ import annotations

from interlock_cli.client import Client, Data
from interlock_cli.errors import CommandError
from interlock_cli.naming import refuse_unknown_service
from interlock_cli.output import short

LOOKED_THROUGH = 100


def why(client: Client, service: str, environment: str) -> Data:
    """What is next there. Raises CommandError where the service does not go."""
    found: Data = client.ask("why", service=service, environment=environment)["why"]
    if found["__typename"] != "Why":
        refuse_unknown_service(client, service)
        raise CommandError(found["message"], found["remedy"])
    return found


def commit(client: Client, service: str, given: str) -> str:
    """The whole commit that begins so; as it was given where no pipeline has seen it and it is whole.

    Raises CommandError for a beginning that is of none, or of several.
    """
    wanted = {"service": service, "revision": given.lower()}
    found = {str(each["revision"]) for each in client.pages("executions", "executions", LOOKED_THROUGH, filter=wanted)}
    if len(found) > 1:
        raise CommandError(f"{given!r} begins several commits: {', '.join(sorted(found))}.", "Give more of it.")
    if found:
        return found.pop()
    if len(given) in (40, 64):
        return given.lower()
    raise CommandError(
        f"No pipeline of {service} has seen a commit {short(given)!r}.",
        f"`interlock executions {service}` lists them; give all 40 digits of one that is yet to come.",
    )


def subject(hold: Data) -> str:
    """Whose hold it is."""
    return hold["service"]["name"] if hold["service"] else "all services"
