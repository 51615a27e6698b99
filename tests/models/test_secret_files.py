"""Secrets in files: each secret may be one, what is wrong with a file is told, and no secret is ever shown."""

from __future__ import annotations

import io
import json
from contextlib import aclosing, redirect_stderr
from pathlib import Path

import psycopg
import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import URL, text

from graph import logs
from models import pokes, settings
from models.engine import Database
from models.settings import SECRETS

SECRET = "hunter2-hunter2-hunter2"
VALUES = {
    "INTERLOCK_DATABASE_URL": f"postgresql://interlock:{SECRET}@127.0.0.1/interlock",
    "INTERLOCK_SMTP_URL": f"smtps://interlock:{SECRET}@mail.example.com:465",
}
WRONG = {
    "INTERLOCK_DATABASE_URL": f"mysql://interlock:{SECRET}@127.0.0.1/interlock",
    "INTERLOCK_SMTP_URL": f"http://interlock:{SECRET}@mail.example.com:465",
}


def value_of(found: settings.Settings, variable: str) -> str:
    """What the settings have."""
    value = getattr(found, SECRETS[variable])
    return str(value.get_secret_value() if isinstance(value, SecretStr) else value)


def test_every_secret_is_known_as_one() -> None:
    """Whoever adds a setting for a secret makes it a SecretStr: then it is here, and all that follows holds for it."""
    assert set(SECRETS) == {
        "INTERLOCK_DATABASE_URL",
        "INTERLOCK_DATABASE_PASSWORD",
        "INTERLOCK_INTAKE_KEY",
        "INTERLOCK_OIDC_CLIENT_SECRET",
        "INTERLOCK_SMTP_URL",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
    }
    suspicious = ("password", "secret", "token", "key", "url_with")
    plain = {name for name, field in settings.Settings.model_fields.items() if "SecretStr" not in str(field.annotation)}
    named = {name for name in plain if any(word in name for word in suspicious)}
    assert named == {"archive_kms_key", "traces_client_key", "metrics_client_key"}  # an id, and the paths of files


@pytest.mark.parametrize("variable", sorted(SECRETS))
def test_a_secret_may_be_in_a_file(variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NAME_FILE names it; one line's end at its end is not of it, and nothing else is taken off."""
    value = VALUES.get(variable, f" {SECRET} ")
    file = tmp_path / "secret"
    monkeypatch.setenv(f"{variable}_FILE", str(file))
    for end in ("", "\n", "\r\n"):
        file.write_bytes(f"{value}{end}".encode())
        found = value_of(settings.load(), variable)
        assert found == value.replace("postgresql:", "postgresql+psycopg:")
    file.write_text(f"{value}\n\n")
    assert value_of(settings.load(), variable).endswith("\n") or variable in VALUES


def test_a_headers_file_of_one_signal_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its variable does over the one for all signals."""
    (tmp_path / "all").write_text("x=all")
    (tmp_path / "traces").write_text("x=traces")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS_FILE", str(tmp_path / "all"))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS_FILE", str(tmp_path / "traces"))
    found = settings.load()
    assert (found.exporter("traces").headers, found.exporter("metrics").headers) == ("x=traces", "x=all")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory"),
        (b"", "it is empty"),
        (b"\n", "it is empty"),
        (b"\xff\xfe" + SECRET.encode(), "it is not UTF-8"),
        (b"x" * 70_000, "it has more than 65536 bytes"),
        (SECRET.encode() + b"\0", "it has the character NUL"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(
    content: bytes | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its variable and its path, and never with what is in it."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("INTERLOCK_INTAKE_KEY_FILE", str(file))
    with pytest.raises(settings.SettingsError) as caught:
        settings.load()
    assert f"INTERLOCK_INTAKE_KEY_FILE is {str(file)!r}, which cannot be used: {said}." in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a mount has not become what it should be."""
    monkeypatch.setenv("INTERLOCK_INTAKE_KEY_FILE", str(tmp_path))
    with pytest.raises(settings.SettingsError, match="Is a directory"):
        settings.load()


def test_both_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows which of them is meant."""
    (tmp_path / "key").write_text(SECRET)
    monkeypatch.setenv("INTERLOCK_INTAKE_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("INTERLOCK_INTAKE_KEY", SECRET)
    with pytest.raises(settings.SettingsError, match="INTERLOCK_INTAKE_KEY and INTERLOCK_INTAKE_KEY_FILE are both set"):
        settings.load()


@pytest.mark.parametrize("variable", sorted(SECRETS))
@pytest.mark.parametrize("in_file", [False, True])
def test_no_secret_is_ever_shown(variable: str, in_file: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the settings' text, nor logged with them, nor in an error about it, nor about another."""

    def given(value: str) -> None:
        if in_file:
            (tmp_path / "secret").write_text(value)
            monkeypatch.setenv(f"{variable}_FILE", str(tmp_path / "secret"))
        else:
            monkeypatch.setenv(variable, value)

    given(VALUES.get(variable, SECRET))
    found = settings.load()
    told = io.StringIO()
    before = structlog.get_config()
    with redirect_stderr(told):
        logs.configure()
        structlog.get_logger().info("settings", settings=found, dumped=str(found), exporter=repr(found))
    structlog.configure(**before)
    assert json.loads(told.getvalue())["event"] == "settings"
    shown = [repr(found), str(found), told.getvalue()]
    monkeypatch.setenv("INTERLOCK_PORT", "no port")
    shown.append(_refused())
    monkeypatch.delenv("INTERLOCK_PORT")
    if variable in WRONG:
        given(WRONG[variable])
        shown.append(_refused())
    if variable == "INTERLOCK_DATABASE_URL":
        given(f"postgresql://db.example.com/interlock?password={SECRET}&sslmode=prefer")
        shown.append(_refused())
        given(f"mysql://db.example.com/interlock?password={SECRET}")
        shown.append(_refused())
    if variable == "INTERLOCK_INTAKE_KEY":
        given("hunter2")
        shown.append(_refused())
    assert not any("hunter2" in text for text in shown), shown


def _refused() -> str:
    with pytest.raises(settings.SettingsError) as caught:
        settings.load()
    return str(caught.value)


@pytest.mark.database
@pytest.mark.parametrize("variable", ["INTERLOCK_DATABASE_PASSWORD", "INTERLOCK_DATABASE_URL"])
async def test_a_password_that_is_changed_is_taken_by_new_connections(
    database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """The pool's, and those beside it, without a restart; while the file is away, the last one holds."""
    seen: list[str | None] = []
    original = psycopg.AsyncConnection.connect.__func__  # type: ignore[attr-defined]

    async def connect(cls: type, conninfo: str = "", **named: object) -> object:
        seen.append(str(named.get("password") or psycopg.conninfo.conninfo_to_dict(conninfo).get("password")))
        return await original(cls, conninfo, **named)

    monkeypatch.setattr(psycopg.AsyncConnection, "connect", classmethod(connect))
    plain = database_url.set(drivername="postgresql")

    def write(password: str) -> None:
        whole = plain.set(password=password).render_as_string(hide_password=False)
        (tmp_path / "next").write_text(f"{whole if variable.endswith('URL') else password}\n")
        (tmp_path / "next").replace(tmp_path / "secret")

    write("first")
    monkeypatch.setenv(f"{variable}_FILE", str(tmp_path / "secret"))
    if not variable.endswith("URL"):
        monkeypatch.setenv("INTERLOCK_DATABASE_URL", plain.render_as_string(hide_password=False))
    found = settings.load()
    async with Database(str(found.database_address), password=found.current_password) as database:
        for expected, then in (
            ("first", lambda: write("second")),
            ("second", (tmp_path / "secret").unlink),
            ("second", lambda: None),
        ):
            seen.clear()
            async with database.reading() as connection:
                assert (await connection.execute(text("select 1"))).scalar_one() == 1
            async with aclosing(pokes.listen(database.address)) as heard:
                await anext(heard)
            assert seen == [expected, expected]
            await database.engine.dispose()
            then()
