"""The four calls to AWS that the gate makes: an object of S3, a role, a function elsewhere, an alarm elsewhere.

AWS_ENDPOINT_URL, where it is set, takes the place of AWS's own addresses: that is how an emulator is reached.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from .signing import Call, Credentials, signed_headers

Json = dict[str, Any]

TIMEOUT_SECONDS = 20
INVOKE_SECONDS = 840
"""A function may run for 15 minutes; the gate itself needs a little of its own."""


class AwsError(Exception):
    """AWS answered no. The text is its own, with the HTTP status."""


class AwsUnavailableError(Exception):
    """AWS did not answer, or asked for patience: ask again."""


class AwsTimedOutError(AwsUnavailableError):
    """AWS took the request and did not answer in time: what was asked for may have happened."""


class FunctionRaisedError(Exception):
    """The function that was invoked raised; the text is its error's message."""


@dataclasses.dataclass(frozen=True)
class Aws:
    """AWS as seen from one Region with some credentials."""

    region: str
    credentials: Credentials
    endpoint: str = ""

    @staticmethod
    def of(environment: Mapping[str, str]) -> Aws:
        """As Lambda gives it to a function in its environment."""
        credentials = Credentials(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            environment.get("AWS_SESSION_TOKEN", ""),
        )
        return Aws(environment["AWS_REGION"], credentials, environment.get("AWS_ENDPOINT_URL", ""))

    def read_object(self, url: str) -> bytes:
        """The object at a path-style address of S3."""
        if self.endpoint:
            url = self.endpoint.rstrip("/") + urllib.parse.urlsplit(url).path
        return self._send(Call("s3", self.region, url, method="GET"))[0]

    def within(self, role_arn: str, region: str, session: str) -> Aws:
        """AWS as seen from another Region in a role."""
        form = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": role_arn, "RoleSessionName": session}
        body = urllib.parse.urlencode(form).encode()
        kind = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        answer, _ = self._send(Call("sts", self.region, self._address("sts") + "/", body=body, headers=(kind,)))
        return Aws(region, _credentials_in(answer), self.endpoint)

    def invoke(self, function: str, payload: Json, seconds: float = INVOKE_SECONDS) -> object:
        """What a function answers to a payload. Raises FunctionRaisedError when it raises.

        seconds: how long it is waited for, INVOKE_SECONDS at most; then AwsTimedOutError.
        """
        path = f"/2015-03-31/functions/{urllib.parse.quote(function, safe='')}/invocations"
        body = json.dumps(payload).encode()
        call = Call("lambda", self.region, self._address("lambda") + path, body=body)
        answer, headers = self._send(call, min(seconds, INVOKE_SECONDS))
        value = json.loads(answer or b"null")
        if headers.get("x-amz-function-error"):
            raise FunctionRaisedError(str(value.get("errorMessage", value) if isinstance(value, dict) else value))
        return value

    def alarm(self, name: str) -> Json:
        """An alarm's {StateValue, StateReason, EvaluationState}; empty when there is none of that name."""
        body = json.dumps({"AlarmNames": [name], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}).encode()
        headers = (
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "GraniteServiceVersion20100801.DescribeAlarms"),
        )
        call = Call("monitoring", self.region, self._address("monitoring") + "/", body=body, headers=headers)
        found = json.loads(self._send(call)[0])
        alarms = (found.get("MetricAlarms") or []) + (found.get("CompositeAlarms") or [])
        keys = ("StateValue", "StateReason", "EvaluationState")
        return {key: alarms[0].get(key) or "" for key in keys} if alarms else {}

    def _address(self, service: str) -> str:
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        return self.endpoint.rstrip("/") or f"https://{service}.{self.region}.{suffix}"

    def _send(self, call: Call, timeout: float = TIMEOUT_SECONDS) -> tuple[bytes, Mapping[str, str]]:
        headers = signed_headers(call, self.credentials, datetime.datetime.now(datetime.UTC))
        request = urllib.request.Request(  # noqa: S310 - AWS's own address, or the emulator's
            call.url, data=call.body or None, headers=headers, method=call.method
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - as above
                return answer.read(), {name.lower(): value for name, value in answer.headers.items()}
        except urllib.error.HTTPError as error:
            words = error.read(1000).decode(errors="replace")
            kind = AwsUnavailableError if _may_pass(call, error.code, words) else AwsError
            raise kind(f"{call.service} in {call.region} answered HTTP {error.code}: {words}") from None
        except TimeoutError:  # while the answer was read; one while connecting is a URLError
            raise AwsTimedOutError(f"{call.service} in {call.region} gave no answer in {timeout:.0f} s") from None
        except (OSError, HTTPException) as error:
            raise AwsUnavailableError(f"{call.service} in {call.region} cannot be reached: {error}") from None


def _may_pass(call: Call, status: int, words: str) -> bool:
    """Whether to ask again: AWS is ill, or throttles (often as HTTP 400), or has not seen a role that is new yet.

    IAM is consistent after seconds only, and the first checks follow the stack that made their role.
    """
    throttled = any(word in words for word in ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown"))
    return status >= 500 or status == 429 or throttled or (call.service == "sts" and status == 403)


def _credentials_in(answer: bytes) -> Credentials:
    """The credentials in STS's XML."""
    tree = ET.fromstring(answer)  # noqa: S314 - STS's own answer, over TLS
    found = {element.tag.rpartition("}")[2]: element.text or "" for element in tree.iter()}
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
