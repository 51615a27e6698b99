"""Where telemetry is sent, by OpenTelemetry's own variables: those of one signal win over those for all signals.

Source: OpenTelemetry, "OTLP Exporter Configuration".
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings

LONGEST_EXPORT_MILLISECONDS = 20_000
"""Less than the lease of what is being sent: a request that is under way is not sent again by another process."""
SignalName = Literal["traces", "metrics"]


def http_url(value: str) -> str:
    """The address without a slash at its end. ValueError for one that is not HTTP's."""
    if not value.startswith(("http://", "https://")):
        raise ValueError("not an HTTP address")
    return value.rstrip("/")


HttpUrl = Annotated[str, AfterValidator(http_url)]


class Exporter(NamedTuple):
    """How one signal is sent. headers: as OpenTelemetry writes them. Files are in PEM; timeout: milliseconds."""

    url: str | None
    headers: str
    certificate: str | None
    client_certificate: str | None
    client_key: str | None
    compression: str
    timeout: int


def _of(signal: str, name: str) -> AliasChoices:
    return AliasChoices(f"OTEL_EXPORTER_OTLP_{signal}_{name}", f"OTEL_EXPORTER_OTLP_{name}")


def _endpoint(variable: str) -> Any:
    return Field(None, validation_alias=variable, description="an address that starts with http:// or https://")


def _headers(signal: str) -> Any:
    description = "name=value, several by commas"
    return Field(None, validation_alias=_of(signal, "HEADERS"), description=description)


def _file(signal: str, name: str, what: str) -> Any:
    return Field(None, validation_alias=_of(signal, name), description=f"a file with {what} in PEM")


def _compression(signal: str) -> Any:
    return Field("gzip", validation_alias=_of(signal, "COMPRESSION"), description="gzip or none")


def _timeout(signal: str) -> Any:
    return Field(
        10_000,
        ge=1,
        le=LONGEST_EXPORT_MILLISECONDS,
        validation_alias=_of(signal, "TIMEOUT"),
        description=f"a whole number of milliseconds from 1 to {LONGEST_EXPORT_MILLISECONDS}",
    )


class ExporterSettings(BaseSettings):
    """What the environment says of each signal; `exporter` puts it together."""

    otlp_endpoint: HttpUrl | None = _endpoint("OTEL_EXPORTER_OTLP_ENDPOINT")
    traces_endpoint: HttpUrl | None = _endpoint("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    traces_headers: SecretStr | None = _headers("TRACES")
    traces_certificate: str | None = _file("TRACES", "CERTIFICATE", "certificates")
    traces_client_certificate: str | None = _file("TRACES", "CLIENT_CERTIFICATE", "a certificate")
    traces_client_key: str | None = _file("TRACES", "CLIENT_KEY", "a private key")
    traces_compression: Literal["gzip", "none"] = _compression("TRACES")
    traces_timeout: int = _timeout("TRACES")
    metrics_endpoint: HttpUrl | None = _endpoint("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
    metrics_headers: SecretStr | None = _headers("METRICS")
    metrics_certificate: str | None = _file("METRICS", "CERTIFICATE", "certificates")
    metrics_client_certificate: str | None = _file("METRICS", "CLIENT_CERTIFICATE", "a certificate")
    metrics_client_key: str | None = _file("METRICS", "CLIENT_KEY", "a private key")
    metrics_compression: Literal["gzip", "none"] = _compression("METRICS")
    metrics_timeout: int = _timeout("METRICS")

    def exporter(self, signal: SignalName) -> Exporter:
        """How this signal is sent; its own endpoint is whole, behind the one for all signals stands /v1/<signal>."""

        def given(name: str) -> Any:
            return getattr(self, f"{signal}_{name}")

        everything = f"{self.otlp_endpoint}/v1/{signal}" if self.otlp_endpoint else None
        headers: SecretStr | None = given("headers")
        return Exporter(
            url=given("endpoint") or everything,
            headers=headers.get_secret_value() if headers else "",
            certificate=given("certificate"),
            client_certificate=given("client_certificate"),
            client_key=given("client_key"),
            compression=given("compression"),
            timeout=given("timeout"),
        )
