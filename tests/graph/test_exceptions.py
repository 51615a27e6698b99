"""What a pipeline's code excepts from policies: shown with its pipeline, and told when it changes."""

from __future__ import annotations

from typing import Any

from tests.graph.conftest import Graph

SITE = {"policy": "no-public-buckets", "path": "pipeline-payments/prod-eu/Site", "reason": "the public website"}
LOGS = {"policy": "logs", "path": "pipeline-payments/prod-eu/Audit", "reason": "the law asks for ten years"}


async def _register(fleet: Graph, exceptions: list[dict[str, str]] | None) -> None:
    structure: dict[str, Any] = {"stages": []} | ({} if exceptions is None else {"exceptions": exceptions})
    await fleet.change(
        "registerPipeline pipeline",
        name="payments",
        account="9" * 12,
        region="eu-west-1",
        repository="acme/payments",
        planDigest="sha256:1",
        structure=structure,
    )


async def _shown(fleet: Graph) -> Any:
    found = await fleet("{ pipelines { nodes { name exceptions { policy path reason } } } }")
    return found["pipelines"]["nodes"][0]["exceptions"]


async def test_exceptions_are_shown_and_their_change_is_told(fleet: Graph) -> None:
    """An event says what came and what went; the same said again says nothing; an older pipelinekit has none."""
    await _register(fleet, None)
    assert await _shown(fleet) == []
    assert (await fleet.newest_event("type"))["type"] == "pipeline.registered"
    await _register(fleet, [SITE, LOGS])
    assert await _shown(fleet) == [LOGS, SITE]
    told = await fleet.newest_event("type payload")
    assert told["type"] == "pipeline.exceptions_changed"
    assert (told["payload"]["pipeline"], told["payload"]["service"]) == ("payments", "payments")
    assert (told["payload"]["added"], told["payload"]["removed"]) == ([LOGS, SITE], [])
    await _register(fleet, [LOGS, SITE])
    assert (await fleet.newest_event("type"))["type"] == "pipeline.registered"
    other = SITE | {"reason": "a public website, of the press"}
    await _register(fleet, [other])
    told = await fleet.newest_event("payload")
    assert (told["payload"]["added"], told["payload"]["removed"]) == ([other], [LOGS, SITE])
