"""AWS in the role of a CodeBuild build: what its container is told of it, as AWS's own SDKs ask for it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException

from pipelinekit.gate.aws import Aws, AwsUnavailableError
from pipelinekit.gate.signing import Credentials

VARIABLE = "CODEBUILD_BUILD_ID"
"""Set in every build."""
WHERE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
METADATA = "http://169.254.170.2"
"""The container's own metadata: an address of its link, fixed by AWS."""
TIMEOUT_SECONDS = 5


def of_build(environment: Mapping[str, str], metadata: str = METADATA) -> Aws:
    """The build's role, whatever its commands have assumed since. Raises AwsUnavailableError where nobody tells it."""
    path = environment.get(WHERE)
    try:
        if not path:
            return Aws.of(environment)
        with urllib.request.urlopen(metadata + path, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - a fixed address
            told = json.loads(answer.read())
        credentials = Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["Token"])
        return Aws(environment["AWS_REGION"], credentials, environment.get("AWS_ENDPOINT_URL", ""))
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        said = f"{type(error).__name__}: {error}"
        raise AwsUnavailableError(f"the build's credentials cannot be read ({said})") from None
