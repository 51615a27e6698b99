"""The settings of the service: the one module that reads the environment.

`OTEL_*` and `AWS_*` are read by their own libraries; those that decide whether Interlock starts something are
read here as well.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from domain.authentication.groups import role_groups
from domain.authentication.pipelines import pipeline_issuers, proving_accounts
from models import secret_files
from models.database_settings import DatabaseSettings
from models.doors import DoorSettings
from models.exporters import ExporterSettings, HttpUrl
from models.keeping import KeepingSettings

PREFIX = "INTERLOCK_"
ROLE = r"^([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$"
"""IAM's rule for a role's name, behind a path without its first slash."""
NEARLY = 0.86
"""How much alike two names are of which one is the other spelled wrong (`difflib`)."""


class SettingsError(Exception):
    """A setting cannot be used: the message has one line per variable, with its value and what is allowed."""


def _namespace(value: str) -> str:
    if value.startswith("AWS/"):
        raise ValueError("AWS's own")
    return value


def _smtp_url(value: SecretStr) -> SecretStr:
    """An SMTP server's address."""
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("not an SMTP server")
    _ = parts.port  # raises ValueError for one that is no port
    return value


def _issuer(value: str) -> str:
    """An issuer's own name: compared as it is written, so a slash at its end stays."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("not an issuer")
    return value


def _scopes(value: str) -> str:
    """Names of scopes (RFC 6749, section 3.3), one of them OpenID Connect's."""
    if not re.fullmatch(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*", value) or "openid" not in value.split(" "):
        raise ValueError("not scopes with openid")
    return value


def _role_groups(value: str) -> str:
    role_groups(value)
    return value


def _pipeline_issuers(value: str) -> str:
    for issuer in pipeline_issuers(value):
        _issuer(issuer)
    return value


def _pipeline_proofs(value: str) -> str:
    proving_accounts(value)
    return value


def _mailbox(value: str) -> str:
    if not re.fullmatch(r"([^<>@\r\n]{1,100} <[^<>@\s]{1,64}@[^<>@\s]{1,190}>|[^<>@\s]{1,64}@[^<>@\s]{1,190})", value):
        raise ValueError("not an address of mail")
    return value


class Settings(DatabaseSettings, ExporterSettings, DoorSettings, KeepingSettings):
    """What the environment says; each description states what is allowed, and is what an error quotes."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    data: Path = Field(Path(".interlock"), description="a folder that this user may write")
    host: str = Field("127.0.0.1", min_length=1, description="an address of this machine, such as 127.0.0.1")
    port: int = Field(8400, ge=1, le=65535, description="a whole number from 1 to 65535")
    public_url: HttpUrl | None = Field(None, description="an address that starts with http:// or https://")
    statement_seconds: int = Field(30, ge=1, le=300, description="a whole number of seconds, 1 to 300")
    grace_seconds: float = Field(5, ge=0, le=300, allow_inf_nan=False, description="a number of seconds, 0 to 300")
    log_sql: bool = Field(False, description="1 or 0, true or false, yes or no, on or off")
    local_role: Literal["viewer", "developer", "operator", "admin"] = Field(
        "admin", description="viewer, developer, operator or admin"
    )
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = Field(
        None, description="the issuer exactly as it calls itself, such as https://sso.example.com, without ? and #"
    )
    oidc_client_id: str | None = Field(None, max_length=256, description="1 to 256 characters")
    oidc_audience: str | None = Field(None, max_length=256, description="1 to 256 characters")
    oidc_browser_client_id: str | None = Field(None, max_length=256, description="1 to 256 characters")
    oidc_client_secret: SecretStr | None = Field(None, max_length=1024, description="1 to 1024 characters")
    oidc_scopes: Annotated[str, AfterValidator(_scopes)] | None = Field(
        None,
        max_length=1024,
        description="names by spaces, one of them openid, as openid profile email offline_access groups",
    )
    session_hours: float = Field(12, ge=0.1, le=720, allow_inf_nan=False, description="a number of hours, 0.1 to 720")
    oidc_groups_claim: str = Field("groups", min_length=1, max_length=256, description="the name of a claim")
    role_groups: Annotated[str, AfterValidator(_role_groups)] | None = Field(
        None,
        description="role=group, several by commas, as admin=platform-admins,operator=sre,developer=*; the roles are "
        "viewer, developer, operator and admin, and * is everybody",
    )
    pipeline_issuers: Annotated[str, AfterValidator(_pipeline_issuers)] | None = Field(
        None,
        description="account=issuer, several by commas, as 111122223333=https://….tokens.sts.global.api.aws; each"
        " account and each issuer once",
    )
    pipeline_proofs: Annotated[str, AfterValidator(_pipeline_proofs)] = Field(
        "0", description="1 or 0, or accounts of twelve digits by commas"
    )
    metrics_access: Literal["open", "bearer"] | None = Field(None, description="open or bearer")
    graphiql: bool = Field(True, description="1 or 0, true or false, yes or no, on or off")
    rehearsal: bool = Field(False, description="1 or 0, true or false, yes or no, on or off")
    queue_url: HttpUrl | None = Field(
        None, description="the URL of an SQS queue, which starts with http:// or https://"
    )
    intake_consumers: int = Field(2, ge=1, le=16, description="a whole number from 1 to 16")
    intake_accounts: Literal["any", "known"] = Field("any", description="any or known")
    intake_key: SecretStr | None = Field(None, min_length=20, description="a secret of 20 characters or more")
    cleaner_role: str | None = Field(None, pattern=ROLE, description="a role's name, with its path if it has one")
    starter_role: str | None = Field(None, pattern=ROLE, description="a role's name, with its path if it has one")
    reader_role: str | None = Field(None, pattern=ROLE, description="a role's name, with its path if it has one")
    silent_minutes: int = Field(30, ge=1, le=10_080, description="a whole number of minutes, 1 to 10080")
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] | None = Field(
        None, description="smtp://user:password@host:587, or smtps://…:465 for TLS from the start"
    )
    smtp_from: Annotated[str, AfterValidator(_mailbox)] | None = Field(
        None, description="an address of mail: interlock@example.com, or Interlock <interlock@example.com>"
    )
    slack_url: HttpUrl = Field("https://slack.com/api", description="an address that starts with http:// or https://")
    notify_loopback: bool = Field(False, description="1 or 0, true or false, yes or no, on or off")
    settle_seconds: float = Field(60, ge=0, allow_inf_nan=False, description="a number of seconds, 0 or more")
    keep_sent_days: float = Field(7, ge=0, le=3650, allow_inf_nan=False, description="a number of days, 0 to 3650")
    metric_export_interval: int = Field(
        60_000,
        ge=1_000,
        le=3_600_000,
        validation_alias="OTEL_METRIC_EXPORT_INTERVAL",
        description="a whole number of milliseconds from 1000 to 3600000",
    )
    cloudwatch_namespace: Annotated[str, AfterValidator(_namespace)] | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._/#-][A-Za-z0-9._/#:-]{0,254}$",
        description="1 to 255 letters, digits and ._/#:- that begin neither with a colon nor with AWS/",
    )
    otel_service_name: str | None = Field(None, validation_alias="OTEL_SERVICE_NAME", description="a name")
    otel_resource_attributes: str = Field(
        "", validation_alias="OTEL_RESOURCE_ATTRIBUTES", description="name=value, several by commas"
    )
    aws_endpoint_url: HttpUrl | None = Field(
        None,
        validation_alias="AWS_ENDPOINT_URL",
        description="an address that starts with http:// or https://",
    )

    aws_endpoint_url_codepipeline: HttpUrl | None = Field(
        None,
        validation_alias="AWS_ENDPOINT_URL_CODEPIPELINE",
        description="an address that starts with http:// or https://",
    )

    aws_endpoint_url_sts: HttpUrl | None = Field(
        None,
        validation_alias="AWS_ENDPOINT_URL_STS",
        description="an address that starts with http:// or https://",
    )

    @property
    def rehearsed_codepipeline(self) -> str:
        """Where a rehearsal's CodePipeline answers: on the port after the service's own, if nothing is said."""
        return self.aws_endpoint_url_codepipeline or f"http://127.0.0.1:{self.port + 1}"

    @property
    def origins(self) -> list[str]:
        """Whose pages may ask besides those of the address that was asked: the service's own, and those allowed."""
        own = "/".join(self.base_url.split("/")[:3])
        return [own, *(self.allowed_origins or "").split()]

    @property
    def metrics_open(self) -> bool:
        """Whether anybody may read `/metrics`: if nothing is said, where nobody is told apart."""
        return self.metrics_access == "open" if self.metrics_access else self.oidc_issuer is None

    @property
    def base_url(self) -> str:
        """The address at which others reach the service, without a slash at its end."""
        return self.public_url or f"http://{_in_url(self.host)}:{self.port}"


def _aliases(given: Any) -> list[Any]:
    return given.choices if isinstance(given, AliasChoices) else [given]


def _variables(name: str) -> list[str]:
    """The variables that a field is read from."""
    alias = Settings.model_fields[name].validation_alias
    return [str(each) for each in _aliases(alias)] if alias else [PREFIX + name.upper()]


SECRETS = {
    variable: name
    for name, field in Settings.model_fields.items()
    if name == "database_url" or "SecretStr" in str(field.annotation)
    for variable in _variables(name)
}
"""The variables of secrets, each of which may be given as NAME_FILE as well."""
_OWN = [name.upper() for name in Settings.model_fields]
_OWN += [f"{variable.removeprefix(PREFIX)}_FILE" for variable in SECRETS]


def load() -> Settings:
    """Read the environment.

    Raises SettingsError, which names every variable that cannot be used, and every one that is spelled wrong: what is
    meant to narrow who may do what would be left out, and nobody would know.
    """
    of_files, wrong = secret_files.given(SECRETS)
    misspelled = wrong + [f"{given} is no setting. Is {meant} meant?" for given, meant in _misspelled(os.environ)]
    try:
        settings = Settings(**_by_field(of_files))
        _ = settings.database_address
    except ValidationError as error:
        lines = [_line(problem) for problem in error.errors()]
        raise SettingsError("\n".join(misspelled + lines)) from None
    except ValueError as error:
        raise SettingsError("\n".join([*misspelled, str(error)])) from None
    if misspelled:
        raise SettingsError("\n".join(misspelled))
    return settings


def _by_field(of_files: Mapping[str, str]) -> dict[str, Any]:
    """The secrets of files for the fields that they are of; a variable that is more of a field's own wins."""
    found: dict[str, Any] = {}
    for name in sorted(set(SECRETS.values())):
        variables = _variables(name)
        variable = next((each for each in variables if each in of_files or os.environ.get(each)), None)
        if variable is not None and variable in of_files:
            found[variables[0] if Settings.model_fields[name].validation_alias else name] = of_files[variable]
    return found


def _misspelled(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The variables that are nearly a setting of ours, each with the one that it is nearly."""
    for name in sorted(names):
        own = name.upper().removeprefix(PREFIX)
        if name.upper().startswith(PREFIX) and own not in _OWN:
            yield from ((name, PREFIX + meant) for meant in get_close_matches(own, _OWN, n=1, cutoff=NEARLY))


def _line(problem: Any) -> str:
    """One sentence for one variable; a secret, or a password in an address, is never repeated."""
    name = str(problem["loc"][0])
    field = Settings.model_fields.get(name) or _by_alias(name)
    variable = _set(field, name) if name.isupper() else PREFIX + name.upper()
    given = "***" if "SecretStr" in str(field.annotation) else _shown(str(problem["input"]))
    return f"{variable} is {given!r}. Allowed: {field.description}."


def _by_alias(alias: str) -> Any:
    return next(field for field in Settings.model_fields.values() if alias in _aliases(field.validation_alias))


def _set(field: Any, alias: str) -> str:
    """Which of a field's variables was set: pydantic names the first that it may have."""
    return next((each for each in _aliases(field.validation_alias) if os.environ.get(each)), alias)


def _shown(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    secret, at, place = rest.rpartition("@")
    user, colon, _ = secret.partition(":")
    shown = f"{scheme}{separator}{user}:***@{place}" if separator and at and colon else value
    return re.sub(r"(?i)(password=)[^&#]*", r"\1***", shown)


def _in_url(host: str) -> str:
    """Return a host as an address writes it: IPv6 in brackets, and `every interface` as the loopback."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
