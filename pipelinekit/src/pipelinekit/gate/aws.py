"""The calls to AWS that the gate makes: objects of S3, a role; elsewhere a function, alarms, metrics, a stack; the stop
of an execution, and whatever an API takes as JSON or as a form.

AWS_ENDPOINT_URL, where it is set, takes the place of AWS's own addresses, and AWS_ENDPOINT_URL_CODEPIPELINE and the
like that of one service's: that is how an emulator is reached.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from typing import Any

from .signing import Call, Credentials, signed_headers

Json = dict[str, Any]

TIMEOUT_SECONDS = 20
OF_SERVICE = "AWS_ENDPOINT_URL_"
MOST_ALARMS = 100
"""CloudWatch describes so many alarms at once…"""
MOST_QUERIES = 500
"""…and answers so many queries of metrics."""
INVOKE_SECONDS = 840
"""A function may run for 15 minutes; the gate itself needs a little of its own."""

VARIABLES = {"monitoring": "CLOUDWATCH"}
"""Services whose name in AWS_ENDPOINT_URL_<SERVICE> is not that of their address."""
REASON_CHARACTERS = 200
"""CodePipeline's limit of the reason for a stop."""
RESTING = ("PipelineExecutionNotStoppableException", "DuplicatedStopRequestException")
"""With these CodePipeline says that an execution has ended, or that its stop was asked for before."""


class AwsError(Exception):
    """AWS answered no. The text is its own, with the HTTP status."""

    status = 0


class AwsUnavailableError(Exception):
    """AWS did not answer, or asked for patience: ask again. status: of HTTP, where it answered."""

    status = 0


class AwsTimedOutError(AwsUnavailableError):
    """AWS took the request and did not answer in time: what was asked for may have happened."""


class FunctionRaisedError(Exception):
    """The function that was invoked raised; the text is its error's message."""


@dataclasses.dataclass(frozen=True)
class Query:
    """A metric {namespace, name, dimensions, stat} over a time. key: by which its answer is found; period: seconds."""

    key: tuple[str, ...]
    metric: Json
    period: int
    start: datetime.datetime
    end: datetime.datetime


@dataclasses.dataclass(frozen=True)
class Aws:
    """AWS as seen from one Region with some credentials."""

    region: str
    credentials: Credentials
    endpoint: str = ""
    endpoints: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Addresses of single services, by the name in their variable: `CODEPIPELINE`."""

    @staticmethod
    def of(environment: Mapping[str, str]) -> Aws:
        """As Lambda gives it to a function in its environment."""
        credentials = Credentials(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            environment.get("AWS_SESSION_TOKEN", ""),
        )
        own = {name.removeprefix(OF_SERVICE): url for name, url in environment.items() if name.startswith(OF_SERVICE)}
        return Aws(environment["AWS_REGION"], credentials, environment.get("AWS_ENDPOINT_URL", ""), own)

    def read_object(self, url: str) -> bytes:
        """The object at a path-style address of S3."""
        if instead := self._instead("s3"):
            url = instead + urllib.parse.urlsplit(url).path
        return self._send(Call("s3", self.region, url, method="GET"))[0]

    def read_range(self, bucket: str, key: str, first: int, last: int) -> bytes:
        """Some bytes of an object of S3 in this Region, the last one included."""
        headers = (("range", f"bytes={first}-{last}"),)
        return self._send(Call("s3", self.region, self.object_url(bucket, key), "GET", headers=headers))[0]

    def size_of(self, bucket: str, key: str) -> int:
        """How many bytes an object of S3 in this Region has."""
        headers = (("range", "bytes=0-0"),)
        content, said = self._send(Call("s3", self.region, self.object_url(bucket, key), "GET", headers=headers))
        return int(said.get("content-range", f"/{len(content)}").rpartition("/")[2])

    def write_object(self, bucket: str, key: str, content: bytes) -> None:
        """An object of S3 in this Region, encrypted by S3's own key: who may read it needs no other right."""
        headers = (("content-type", "application/json"), ("x-amz-server-side-encryption", "AES256"))
        self._send(Call("s3", self.region, self.object_url(bucket, key), "PUT", content, headers))

    def object_url(self, bucket: str, key: str) -> str:
        """The address of an object in this Region, with the bucket in its path."""
        return f"{self._address('s3')}/{bucket}/{urllib.parse.quote(key, safe='/-_.~')}"

    def by_json(self, service: str, target: str, payload: Json, *, version: str = "1.1") -> Json:
        """What an API of AWS's JSON answers; target: its `X-Amz-Target`."""
        headers = (("content-type", f"application/x-amz-json-{version}"), ("x-amz-target", target))
        body = json.dumps(payload).encode()
        answer, _ = self._send(Call(service, self.region, self._address(service) + "/", body=body, headers=headers))
        found: Json = json.loads(answer or b"{}")
        return found

    def by_form(self, service: str, form: Mapping[str, str]) -> ET.Element:
        """What an API of forms answers, as XML. form: with its Action and Version."""
        kind = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        body = urllib.parse.urlencode(form).encode()
        answer, _ = self._send(Call(service, self.region, self._address(service) + "/", body=body, headers=(kind,)))
        return ET.fromstring(answer)  # noqa: S314 - AWS's own answer, over TLS

    def within(self, role_arn: str, region: str, session: str) -> Aws:
        """AWS as seen from another Region in a role."""
        form = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": role_arn, "RoleSessionName": session}
        found = _texts_in(self.by_form("sts", form))
        credentials = Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
        return Aws(region, credentials, self.endpoint, self.endpoints)

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
        return self.alarms([name]).get(name, {})

    def alarms(self, names: Sequence[str]) -> dict[str, Json]:
        """The same of each alarm that there is, metric or composite, by name."""
        found: dict[str, Json] = {}
        for start in range(0, len(names), MOST_ALARMS):
            some = list(names[start : start + MOST_ALARMS])
            asked = {"AlarmNames": some, "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": MOST_ALARMS}
            answer = self._cloudwatch("DescribeAlarms", asked)
            for alarm in (answer.get("MetricAlarms") or []) + (answer.get("CompositeAlarms") or []):
                keys = ("StateValue", "StateReason", "EvaluationState")
                found[alarm["AlarmName"]] = {key: alarm.get(key) or "" for key in keys}
        return found

    def metrics(self, queries: Sequence[Query]) -> dict[tuple[str, ...], list[float]]:
        """The values of each query, by its key, a value a period that has data."""
        found: dict[tuple[str, ...], list[float]] = {query.key: [] for query in queries}
        times: dict[tuple[datetime.datetime, datetime.datetime], list[Query]] = {}
        for query in queries:
            times.setdefault((query.start, query.end), []).append(query)
        for same in times.values():
            for start in range(0, len(same), MOST_QUERIES):
                some = same[start : start + MOST_QUERIES]
                for number, values in self._metric_data(some):
                    found[some[number].key] += values
        return found

    def _metric_data(self, queries: Sequence[Query]) -> Iterator[tuple[int, list[float]]]:
        """(number of the query, values), page by page; the queries are of one time."""
        asked: Json = {
            "MetricDataQueries": [_metric_query(number, query) for number, query in enumerate(queries)],
            "StartTime": queries[0].start.timestamp(),
            "EndTime": queries[0].end.timestamp(),
        }
        while True:
            answer = self._cloudwatch("GetMetricData", asked)
            for result in answer.get("MetricDataResults") or []:
                if result.get("StatusCode") in ("InternalError", "Forbidden"):
                    raise AwsError(f"cloudwatch in {self.region} answered {result['StatusCode']} for a metric")
                yield int(result["Id"][1:]), [float(value) for value in result.get("Values") or []]
            if not answer.get("NextToken"):
                return
            asked["NextToken"] = answer["NextToken"]

    def _cloudwatch(self, operation: str, asked: Json) -> Json:
        return self.by_json("monitoring", f"GraniteServiceVersion20100801.{operation}", asked, version="1.0")

    def stop_execution(self, pipeline: str, execution: str, reason: str) -> None:
        """Stops an execution of a pipeline and abandons its actions; one that has ended, or is stopped already, rests.

        reason: shown in CodePipeline; REASON_CHARACTERS of it at most.
        """
        asked = {
            "pipelineName": pipeline,
            "pipelineExecutionId": execution,
            "abandon": True,
            "reason": reason[:REASON_CHARACTERS],
        }
        try:
            self.by_json("codepipeline", "CodePipeline_20150709.StopPipelineExecution", asked)
        except AwsError as error:
            if not any(word in str(error) for word in RESTING):
                raise

    def physical_id(self, stack: str, logical_id: str) -> str:
        """What a resource of a stack is called in AWS. Raises AwsError where there is no such stack or resource."""
        form = {
            "Action": "DescribeStackResource",
            "Version": "2010-05-15",
            "StackName": stack,
            "LogicalResourceId": logical_id,
        }
        found = _texts_in(self.by_form("cloudformation", form)).get("PhysicalResourceId")
        if not found:
            raise AwsError(f"{logical_id} of {stack} in {self.region} has no name yet")
        return found

    def _address(self, service: str) -> str:
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        return self._instead(service) or f"https://{service}.{self.region}.{suffix}"

    def _instead(self, service: str) -> str:
        """What takes the place of AWS's own address of a service; empty where nothing does."""
        name = VARIABLES.get(service, service.upper())
        return (self.endpoints.get(name) or self.endpoint).rstrip("/")

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
            raised = kind(f"{call.service} in {call.region} answered HTTP {error.code}: {words}")
            raised.status = error.code
            raise raised from None
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


def _metric_query(number: int, query: Query) -> Json:
    dimensions = [{"Name": name, "Value": value} for name, value in (query.metric.get("dimensions") or {}).items()]
    metric = {"Namespace": query.metric["namespace"], "MetricName": query.metric["name"], "Dimensions": dimensions}
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": query.period, "Stat": query.metric["stat"]}}


def _texts_in(tree: ET.Element) -> dict[str, str]:
    """The text of each element of an answer in XML, by the element's name."""
    return {element.tag.rpartition("}")[2]: element.text or "" for element in tree.iter()}
