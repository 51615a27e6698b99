"""What the answers have."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from bench.peers.rest.models import (
    Account,
    Environment,
    Execution,
    Pipeline,
    Region,
    Service,
    Stage,
    StageExecution,
    Wave,
)


class AccountSerializer(serializers.ModelSerializer):
    awsId = serializers.CharField(source="aws_id")  # noqa: N815 - as the answer has it

    class Meta:
        model = Account
        fields: ClassVar = ["awsId"]


class RegionSerializer(serializers.ModelSerializer):
    timeZone = serializers.CharField(source="time_zone")  # noqa: N815

    class Meta:
        model = Region
        fields: ClassVar = ["name", "timeZone"]


class StageSerializer(serializers.ModelSerializer):
    class Meta:
        model = Stage
        fields: ClassVar = ["name", "production"]


class WaveSerializer(serializers.ModelSerializer):
    bakeMinutes = serializers.IntegerField(source="bake_minutes")  # noqa: N815
    stage = StageSerializer()

    class Meta:
        model = Wave
        fields: ClassVar = ["name", "bakeMinutes", "stage"]


class EnvironmentSerializer(serializers.ModelSerializer):
    account = AccountSerializer()
    region = RegionSerializer()
    wave = WaveSerializer()

    class Meta:
        model = Environment
        fields: ClassVar = ["name", "kind", "account", "region", "wave"]


class ServiceSerializer(serializers.ModelSerializer):
    environments = EnvironmentSerializer(many=True)

    class Meta:
        model = Service
        fields: ClassVar = ["name", "repository", "environments"]


class ServiceNameSerializer(serializers.ModelSerializer):
    class Meta:
        model = Service
        fields: ClassVar = ["name"]


class StageExecutionSerializer(serializers.ModelSerializer):
    class Meta:
        model = StageExecution
        fields: ClassVar = ["name", "status"]


class ExecutionSerializer(serializers.ModelSerializer):
    startedAt = serializers.DateTimeField(source="started_at")  # noqa: N815
    stages = StageExecutionSerializer(many=True)

    class Meta:
        model = Execution
        fields: ClassVar = ["status", "revision", "startedAt", "stages"]


class PipelineSerializer(serializers.ModelSerializer):
    service = ServiceNameSerializer()
    latestExecution = ExecutionSerializer(source="latest_execution")  # noqa: N815

    class Meta:
        model = Pipeline
        fields: ClassVar = ["name", "service", "latestExecution"]
