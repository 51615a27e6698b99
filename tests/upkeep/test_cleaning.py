"""Test environments at their end, in a real emulator: the stacks that the tag names are deleted, and no others."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from aws.accounts import Accounts
from domain.configuration.kinds import Kind
from models.tables import Account, Change, ChangeEntry, Cleaning, Environment, Hold
from resolvers import test_environments, upkeep
from tests.configuring import archive
from tests.emulator import HUB
from tests.upkeep.conftest import AMERICA, CLEANER, DAY, NOW, Stacks, World

pytestmark = [pytest.mark.database, pytest.mark.slow]

HOUR = timedelta(hours=1)
CLEANING = ("environment.cleaning", "environment.cleaning_failed", "environment.cleaned")
TOPIC: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}}
IMAGES: dict[str, Any] = {"Images": {"Type": "AWS::ECR::Repository"}}
IMAGE = '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}'


def exported(name: str) -> dict[str, Any]:
    """The outputs of a stack that exports its topic."""
    return {"Topic": {"Value": {"Ref": "Topic"}, "Export": {"Name": name}}}


def importing(name: str) -> dict[str, Any]:
    """The resources of a stack that imports it."""
    properties = {"Type": "String", "Value": {"Fn::ImportValue": name}}
    return {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": properties}}


async def stacks_of(world: World, endpoint: str, stage: str, region: str = "eu-west-1") -> Stacks:
    """CloudFormation of the account in which the stage's environments are."""
    (account,) = await world.scalars(select(Account.aws_id).where(Account.name == f"account-{stage}"))
    return Stacks(endpoint, account, region)


async def ended(world: World, stacks: Stacks, turns: int = 6) -> None:
    """Turns an hour apart, until nothing is being cleaned: what was ordered has happened between them."""
    for _ in range(turns):
        await world.turn(HOUR)
        await asyncio.to_thread(stacks.settle)
        if not await world.scalars(select(Cleaning.environment_id)):
            return
    raise AssertionError(f"still there: {stacks.statuses()}")


async def of(world: World, name: str) -> Environment:
    """The environment's row."""
    found: list[Environment] = await world.scalars(select(Environment).where(Environment.name == name))
    return found[0]


async def test_all_that_carries_the_tag_goes_and_nothing_else(world: World, credentials: str) -> None:
    """In two accounts: what is exported after what imports it, a filled bucket with its stack; then both are archived.

    What carries no tag, another environment's, or is in another Region, stays.
    """
    kept = {}
    names = {stage: await world.create(stage, days=1) for stage in ("alpha", "beta")}
    for stage, name in names.items():
        stacks = await stacks_of(world, credentials, stage)
        bucket = f"{name}-files"
        files = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}
        stacks.make("a-base", name, {**TOPIC, "Files": files}, outputs=exported(f"{name}-topic"))
        stacks.make("b-upper", name, importing(f"{name}-topic"))
        stacks.make("c-another", f"{name}-2", TOPIC)
        stacks.make("d-untagged", None, TOPIC)
        stacks.client("s3").put_object(Bucket=bucket, Key="report", Body=b"full")
        elsewhere = Stacks(credentials, stacks.account, AMERICA)
        elsewhere.make(f"e-{stage}", name, TOPIC)
        kept[stage] = (stacks, elsewhere)
    hold = {"environment": names["alpha"], "reason": "a demonstration"}
    await world.register(Kind.HOLD, name="held", kind="HOLD", **hold)
    await world.turn(DAY - HOUR)
    for stacks, _ in kept.values():
        await ended(world, stacks)
    for stage, (stacks, elsewhere) in kept.items():
        assert {"c-another", "d-untagged"} <= stacks.statuses().keys()
        assert not {"a-base", "b-upper"} & stacks.statuses().keys()
        assert f"e-{stage}" in elsewhere.statuses()
        told = [(type_, said["stacks"]) for type_, said in await world.told(*CLEANING) if _about(said, names[stage])]
        both = ["a-base", "b-upper"]
        assert told == [("environment.cleaning", both), ("environment.cleaned", both)]
        row = await of(world, names[stage])
        assert row.archived_at is not None
        assert (row.warned_at, row.cleaning_at) == (None, None)
    assert await world.scalars(select(Hold.name).where(Hold.archived_at.is_(None))) == []
    (number,) = await world.scalars(select(ChangeEntry.number).where(ChangeEntry.name == names["alpha"]).offset(1))
    change = select(Change).where(Change.number == number)
    assert [(each.actor, each.reason) for each in await world.scalars(change)] == [("interlock", "expired")]
    entries = select(ChangeEntry.name).where(ChangeEntry.number == number).order_by(ChangeEntry.position)
    assert await world.scalars(entries) == ["held", names["alpha"]]


def _about(said: dict[str, Any], name: str) -> bool:
    return bool(said["environment"] == name)


async def test_a_protected_stack_is_told_once_and_tried_later_and_later(world: World, credentials: str) -> None:
    """The others go meanwhile; when the protection is taken off, it goes as well."""
    name = await world.create(days=1)
    stacks = await stacks_of(world, credentials, "alpha")
    stacks.make("protected", name, TOPIC, EnableTerminationProtection=True)
    stacks.make("plain", name, TOPIC)
    await world.turn(DAY)
    await asyncio.to_thread(stacks.settle)
    waits = []
    for _ in range(8):
        (due,) = await world.scalars(select(Cleaning.next_at))
        waits.append((due - world.now).total_seconds())
        await world.turn(due - world.now - timedelta(seconds=1))
        assert await world.scalars(select(Cleaning.next_at)) == [due], "it is left alone until then"
        await world.turn(timedelta(seconds=1))
    assert waits == [30, 30, 30, 60, 120, 240, 480, 960]
    (begun, failed) = await world.told(*CLEANING)
    assert begun[1]["stacks"] == ["plain", "protected"]
    said = "protected: it is protected from termination. Take the protection off, and it is deleted."
    assert failed == (
        "environment.cleaning_failed",
        {"environment": name, "owner": "ada", "team": None, "stacks": ["protected"], "cause": said},
    )
    assert stacks.statuses().keys() == {"protected"}
    stacks.cloudformation.update_termination_protection(StackName="protected", EnableTerminationProtection=False)
    await ended(world, stacks)
    assert (await of(world, name)).archived_at is not None


async def test_what_cannot_be_deleted_is_told_with_its_reason(world: World, credentials: str) -> None:
    """A stack in DELETE_FAILED is tried again, and goes when what was in its way is gone."""
    name = await world.create(days=1)
    stacks = await stacks_of(world, credentials, "alpha")
    stacks.make("images", name, IMAGES)
    (resource,) = stacks.cloudformation.list_stack_resources(StackName="images")["StackResourceSummaries"]
    repository = resource["PhysicalResourceId"]
    stacks.client("ecr").put_image(repositoryName=repository, imageManifest=IMAGE, imageTag="v1")
    await world.turn(DAY)
    assert (await asyncio.to_thread(stacks.settle))["images"] == "DELETE_FAILED"
    await world.turn(HOUR)
    await asyncio.to_thread(stacks.settle)
    await world.turn(HOUR)
    await asyncio.to_thread(stacks.settle)
    failed = await world.told("environment.cleaning_failed")
    assert [said["stacks"] for _, said in failed] == [["images"]]
    assert failed[0][1]["cause"].startswith("images: Images: ")
    found = stacks.client("ecr").list_images(repositoryName=repository)["imageIds"]
    stacks.client("ecr").batch_delete_image(repositoryName=repository, imageIds=found)
    await ended(world, stacks)
    assert (await of(world, name)).archived_at is not None


async def test_an_export_that_others_use_keeps_its_stack(world: World, credentials: str) -> None:
    """Whoever imports it is told, and is not deleted: the tag does not name it."""
    name = await world.create(days=1)
    stacks = await stacks_of(world, credentials, "alpha")
    stacks.make("base", name, TOPIC, outputs=exported(f"{name}-topic"))
    stacks.make("foreign", None, importing(f"{name}-topic"))
    await world.turn(DAY)
    await world.turn(HOUR)
    ((_, said),) = await world.told("environment.cleaning_failed")
    assert "base: its exports are imported by foreign, without the tag" in said["cause"]
    assert (await asyncio.to_thread(stacks.settle)).keys() == {"base", "foreign"}
    stacks.cloudformation.delete_stack(StackName="foreign")
    await ended(world, stacks)


async def test_deleted_by_its_owner_it_goes_at_once(world: World, credentials: str) -> None:
    """An environment to which nothing was deployed is archived at the first look."""
    name = await world.create()
    async with world.database.transaction() as session:
        await test_environments.delete(session, world.by(), name)
    await world.turn()
    assert [(type_, said["stacks"]) for type_, said in await world.told(*CLEANING)] == [
        ("environment.cleaning", []),
        ("environment.cleaned", []),
    ]
    assert (await of(world, name)).archived_at == NOW


async def test_an_account_that_cannot_be_reached_is_never_forgotten(
    world: World, credentials: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told, tried again, and nothing is archived: until it can be reached."""
    name = await world.create(days=1)
    stacks = await stacks_of(world, credentials, "alpha")
    stacks.make("plain", name, TOPIC)
    with monkeypatch.context() as away:
        away.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        await world.turn(DAY)
        await world.turn(HOUR)
    ((type_, said),) = await world.told(*CLEANING)
    assert type_ == "environment.cleaning_failed"
    assert said["cause"].startswith(f"account {stacks.account} cannot be reached: ")
    row = await of(world, name)
    assert (row.cleaning_at, row.archived_at) == (NOW + DAY, None)
    await ended(world, stacks)
    assert (await of(world, name)).archived_at is not None


async def test_without_a_role_only_the_services_own_account_is_cleaned(world: World, credentials: str) -> None:
    """Its credentials are of another account, where the same tag names something else: nothing is done there."""
    world.cleaner = Accounts(None, CLEANER)
    name = await world.create(days=1)
    hub = Stacks(credentials, HUB)
    hub.make(f"stack-{name}", name, TOPIC)
    await world.turn(DAY)
    ((_, said),) = await world.told(*CLEANING)
    assert f"the service's own credentials are of account {HUB}. Set INTERLOCK_CLEANER_ROLE" in said["cause"]
    assert (await asyncio.to_thread(hub.settle))[f"stack-{name}"] == "CREATE_COMPLETE"
    assert (await of(world, name)).archived_at is None


async def test_what_a_person_archives_is_left_alone(world: World, credentials: str) -> None:
    """Its stacks are then theirs to delete; another worker that had it in hand changes nothing either."""
    name = await world.create(days=1)
    stacks = await stacks_of(world, credentials, "alpha")
    stacks.make("protected", name, TOPIC, EnableTerminationProtection=True)
    await world.turn(DAY)
    async with world.database.transaction() as session:
        await archive(session, Kind.ENVIRONMENT, name)
    await world.turn(HOUR)
    assert await world.scalars(select(Cleaning.environment_id)) == []
    assert len(await world.told(*CLEANING)) == 2
    assert stacks.statuses().keys() == {"protected"}


async def test_what_a_dead_worker_had_in_hand_is_due_again(world: World, credentials: str) -> None:
    """A lease ends by itself: nothing has to be put right after a crash."""
    name = await world.create(days=1)
    world.now += DAY
    async with world.database.transaction() as session:
        await upkeep.begin_cleaning(session, world.now)
        claimed = await upkeep.claim_cleaning(session, world.now)
    assert claimed is not None
    await world.turn()
    assert (await of(world, name)).archived_at is None
    await world.turn(upkeep.LEASE)
    assert (await of(world, name)).archived_at is not None
