"""The tables that are asked, as Django maps them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


def _key() -> Any:
    return models.UUIDField(primary_key=True)


def _to(other: str, column: str, **more: Any) -> Any:
    return models.ForeignKey(other, models.DO_NOTHING, db_column=column, null=True, **more)


class Kept(models.Model):
    """A table that is there already."""

    class Meta:
        abstract = True
        managed = False


class Account(Kept):
    id = _key()
    aws_id = models.TextField()

    class Meta(Kept.Meta):
        db_table = "account"


class Region(Kept):
    id = _key()
    name = models.TextField()
    time_zone = models.TextField()

    class Meta(Kept.Meta):
        db_table = "region"


class Stage(Kept):
    id = _key()
    name = models.TextField()
    production = models.BooleanField()

    class Meta(Kept.Meta):
        db_table = "stage"


class Wave(Kept):
    id = _key()
    name = models.TextField()
    bake_minutes = models.IntegerField()
    stage = _to("Stage", "stage_id")

    class Meta(Kept.Meta):
        db_table = "wave"


class Environment(Kept):
    id = _key()
    name = models.TextField()
    kind = models.TextField()
    account = _to("Account", "account_id")
    region = _to("Region", "region_id")
    wave = _to("Wave", "wave_id")

    class Meta(Kept.Meta):
        db_table = "environment"
        ordering: ClassVar = ["name"]


class Service(Kept):
    id = _key()
    name = models.TextField()
    repository = models.TextField()
    environments = models.ManyToManyField(Environment, through="Placement")

    class Meta(Kept.Meta):
        db_table = "service"


class Placement(Kept):
    pk = models.CompositePrimaryKey("service_id", "environment_id")
    service = _to("Service", "service_id")
    environment = _to("Environment", "environment_id")

    class Meta(Kept.Meta):
        db_table = "placement"


class Execution(Kept):
    id = _key()
    status = models.TextField()
    revision = models.TextField()
    started_at = models.DateTimeField()

    class Meta(Kept.Meta):
        db_table = "pipeline_execution"


class StageExecution(Kept):
    id = _key()
    name = models.TextField()
    status = models.TextField()
    position = models.IntegerField()
    execution = _to("Execution", "execution_id", related_name="stages")

    class Meta(Kept.Meta):
        db_table = "stage_execution"
        ordering: ClassVar = ["position"]


class Pipeline(Kept):
    id = _key()
    name = models.TextField()
    service = _to("Service", "service_id")
    latest_execution = _to("Execution", "latest_execution_id", related_name="+")

    class Meta(Kept.Meta):
        db_table = "pipeline"
        ordering: ClassVar = ["id"]
