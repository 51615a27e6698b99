"""The environment becomes typed settings, or one plain sentence per variable."""

from pathlib import Path

import pytest

from models import settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [settings.PREFIX + name.upper() for name in settings.Settings.model_fields]
    otel = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
    for name in [*names, *otel, "AWS_ENDPOINT_URL"]:
        monkeypatch.delenv(name, raising=False)


def test_defaults() -> None:
    """With an empty environment: the embedded database in .interlock, on the loopback, port 8400."""
    loaded = settings.load()
    assert loaded.database_url is None
    assert loaded.data == Path(".interlock")
    assert loaded.base_url == "http://127.0.0.1:8400"
    assert loaded.settle_seconds == 60
    assert not loaded.log_sql
    assert loaded.exporter("traces").url is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_accepted(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """A PostgreSQL address of any usual scheme is turned into the one for SQLAlchemy with psycopg."""
    monkeypatch.setenv("INTERLOCK_DATABASE_URL", f"{scheme}://someone:secret@db:5433/interlock")
    assert settings.load().database_url == "postgresql+psycopg://someone:secret@db:5433/interlock"


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("INTERLOCK_PORT", "http", "a whole number from 1 to 65535"),
        ("INTERLOCK_ALLOWED_ORIGINS", "*", "origins such as https://portal.example.com, several by commas"),
        ("INTERLOCK_ALLOWED_ORIGINS", "https://x.example/path", "origins such as https://portal.example.com"),
        ("INTERLOCK_TRUSTED_PROXIES", "10.0.0.1, proxy", "addresses and networks such as 10.0.0.7 or 10.0.0.0/8"),
        ("INTERLOCK_RATE_LIMIT", "-1", "requests a second of one client, or 0 for no bound"),
        ("INTERLOCK_RATE_BURST", "0", "a whole number from 1 to 100000"),
        ("INTERLOCK_PORT", "65536", "a whole number from 1 to 65535"),
        ("INTERLOCK_LOG_SQL", "perhaps", "1 or 0"),
        ("INTERLOCK_LOCAL_ROLE", "root", "viewer, developer, operator or admin"),
        ("INTERLOCK_SILENT_MINUTES", "0", "a whole number of minutes, 1 to 10080"),
        ("INTERLOCK_SETTLE_SECONDS", "-1", "a number of seconds, 0 or more"),
        ("INTERLOCK_SETTLE_SECONDS", "inf", "a number of seconds, 0 or more"),
        ("INTERLOCK_PUBLIC_URL", "example.org", "http:// or https://"),
        ("INTERLOCK_QUEUE_URL", "interlock-intake", "http:// or https://"),
        ("INTERLOCK_SMTP_FROM", "Interlock", "interlock@example.com"),
        ("INTERLOCK_SMTP_FROM", "Interlock <a@example.com>\r\nBcc: b@example.com", "interlock@example.com"),
        ("INTERLOCK_OIDC_ISSUER", "sso.example.com", "exactly as it calls itself"),
        ("INTERLOCK_OIDC_ISSUER", "https://sso.example.com?x=1", "without ? and #"),
        ("INTERLOCK_ROLE_GROUPS", "boss=everybody", "the roles are viewer, developer, operator and admin"),
        ("INTERLOCK_ROLE_GROUPS", "admin", "role=group, several by commas"),
        ("INTERLOCK_METRICS_ACCESS", "closed", "open or bearer"),
        ("INTERLOCK_SLACK_URL", "slack.com", "http:// or https://"),
        ("INTERLOCK_NOTIFY_LOOPBACK", "perhaps", "1 or 0"),
        ("INTERLOCK_DATABASE_URL", "mysql://db/interlock", "postgresql://"),
        ("INTERLOCK_DATABASE_URL", "postgresql://db", "postgresql://"),
        ("INTERLOCK_DATABASE_URL", "interlock", "postgresql://"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "http:// or https://"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, allowed: str) -> None:
    """The message names the variable, the value given, and what is allowed."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(settings.SettingsError) as caught:
        settings.load()
    assert str(caught.value).startswith(f"{variable} is {value!r}. Allowed: ")
    assert allowed in str(caught.value)


@pytest.mark.parametrize("variable", ["INTERLOCK_LOCAL_ROLES", "INTERLOCK_LOCALROLE", "INTERLOCK_LOCAL_ROEL"])
def test_a_setting_that_is_spelled_wrong_is_named(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Or everybody would be an administrator, and who has set it would think that nobody is."""
    monkeypatch.setenv(variable, "viewer")
    with pytest.raises(settings.SettingsError) as caught:
        settings.load()
    assert str(caught.value) == f"{variable} is no setting. Is INTERLOCK_LOCAL_ROLE meant?"


def test_what_others_read_is_no_setting_that_is_spelled_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's variables and those of a pipeline's actions stand in the same environment."""
    for name in ("URL", "EMULATOR", "MAP_URL", "PLAN", "SPAN", "SUBJECT", "TOKEN"):
        monkeypatch.setenv(f"INTERLOCK_{name}", "x")
    assert settings.load().local_role == "admin"


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two wrong variables give two lines, so that nobody mends them one run at a time."""
    monkeypatch.setenv("INTERLOCK_PORT", "x")
    monkeypatch.setenv("INTERLOCK_LOG_SQL", "perhaps")
    with pytest.raises(settings.SettingsError, match=r"(?s)INTERLOCK_PORT.*\nINTERLOCK_LOG_SQL"):
        settings.load()


def test_a_password_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address with a password is quoted without it."""
    monkeypatch.setenv("INTERLOCK_DATABASE_URL", "mysql://someone:secret@db/interlock")
    with pytest.raises(settings.SettingsError) as caught:
        settings.load()
    assert "secret" not in str(caught.value)
    assert "mysql://someone:***@db/interlock" in str(caught.value)


@pytest.mark.parametrize("value", ["mail.example.com", "smtp:user:secret@x", "http://user:secret@x", "smtp://x:port"])
def test_a_mail_server_is_one_of_smtp(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Nothing of what was given is repeated: a password may be anywhere in it."""
    monkeypatch.setenv("INTERLOCK_SMTP_URL", value)
    with pytest.raises(
        settings.SettingsError, match=r"INTERLOCK_SMTP_URL is '\*\*\*'. Allowed: smtp://user:password@host"
    ):
        settings.load()
    monkeypatch.setenv("INTERLOCK_SMTP_URL", "smtps://user:hidden-word@mail.example.com:465")
    found = settings.load()
    assert found.smtp_url is not None
    assert "hidden-word" not in str(found)


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files and charts pass empty strings for what is not set."""
    monkeypatch.setenv("INTERLOCK_DATABASE_URL", "")
    assert settings.load().database_url is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("interlock.internal", "interlock.internal")],
)
def test_base_url_can_be_opened(monkeypatch: pytest.MonkeyPatch, host: str, expected: str) -> None:
    """The address derived from host and port is one that a client on this machine can open."""
    monkeypatch.setenv("INTERLOCK_HOST", host)
    assert settings.load().base_url == f"http://{expected}:8400"


def test_public_url_wins_and_loses_its_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a load balancer the address is given; paths are appended to it."""
    monkeypatch.setenv("INTERLOCK_PUBLIC_URL", "https://interlock.example.org/")
    assert settings.load().base_url == "https://interlock.example.org"


def test_traces_go_where_opentelemetry_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint for all signals gets the signal's path; the endpoint for traces is taken as it is."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    assert settings.load().exporter("traces").url == "http://collector:4318/v1/traces"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://tempo:4318/otlp")
    assert settings.load().exporter("traces").url == "http://tempo:4318/otlp"


@pytest.mark.parametrize("namespace", ["AWS/Mine", ":mine", "mine?", "x" * 256])
def test_a_namespace_that_cloudwatch_would_refuse(monkeypatch: pytest.MonkeyPatch, namespace: str) -> None:
    """It is refused at the start, with what is allowed, and not with every request."""
    monkeypatch.setenv("INTERLOCK_CLOUDWATCH_NAMESPACE", namespace)
    with pytest.raises(settings.SettingsError, match=r"INTERLOCK_CLOUDWATCH_NAMESPACE is .*1 to 255 letters"):
        settings.load()


def test_the_interval_of_exports_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the name that OpenTelemetry gave it."""
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "5")
    with pytest.raises(settings.SettingsError, match=r"^OTEL_METRIC_EXPORT_INTERVAL is '5'. Allowed: a whole number"):
        settings.load()
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "30000")
    assert settings.load().metric_export_interval == 30_000


@pytest.mark.parametrize("value", ["profile email", "openid  email", 'openid "email"', "openid\u00e9", " openid"])
def test_scopes_are_names_with_openid(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """By single spaces, as RFC 6749 writes them: without `openid` there is no ID token."""
    monkeypatch.setenv("INTERLOCK_OIDC_SCOPES", value)
    with pytest.raises(settings.SettingsError, match=r"INTERLOCK_OIDC_SCOPES.*one of them openid"):
        settings.load()
    monkeypatch.setenv("INTERLOCK_OIDC_SCOPES", "openid email groups")
    assert settings.load().oidc_scopes == "openid email groups"
