"""The two questions."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import path
from rest_framework import generics
from rest_framework.response import Response

from bench.peers.rest.models import Environment, Pipeline, Service
from bench.peers.rest.serializers import PipelineSerializer, ServiceSerializer


def _placed() -> models.Prefetch[Any, Any, Any]:
    related = Environment.objects.select_related("account", "region", "wave__stage")
    return models.Prefetch("environments", related)


class Synth(generics.RetrieveAPIView):
    """GET /synth/NAME."""

    queryset = Service.objects.prefetch_related(_placed())
    serializer_class = ServiceSerializer
    lookup_field = "name"

    def retrieve(self, *given: Any, **named: Any) -> Response:
        return Response({"service": super().retrieve(*given, **named).data})


class Dashboard(generics.ListAPIView):
    """GET /dashboard."""

    queryset = Pipeline.objects.select_related("service", "latest_execution").prefetch_related(
        "latest_execution__stages"
    )
    serializer_class = PipelineSerializer

    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(queryset)[:500]

    def list(self, *given: Any, **named: Any) -> Response:
        return Response({"pipelines": super().list(*given, **named).data})


urlpatterns = [path("synth/<name>", Synth.as_view()), path("dashboard", Dashboard.as_view())]
