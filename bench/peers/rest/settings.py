"""Of Django, over the database that BENCH_DATABASE names, as libpq has it."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def _database(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "HOST": asked.get("host", [parts.hostname or ""])[0],
        "PORT": asked.get("port", [str(parts.port or "")])[0],
        "CONN_MAX_AGE": None,
    }


DATABASES = {"default": _database(os.environ["BENCH_DATABASE"])}
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["rest_framework", "bench.peers.rest"]
ROOT_URLCONF = "bench.peers.rest.views"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}
