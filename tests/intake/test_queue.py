"""Which address and Region a queue's URL means."""

import pytest

from intake.queue import Queue


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's own AWS settings."""
    for name in ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("url", "address", "region"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/1/q", "https://sqs.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/1/q", "https://sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("https://eu-west-2.queue.amazonaws.com/1/q", "https://sqs.eu-west-2.amazonaws.com", "eu-west-2"),
        (
            "https://vpce-0a-1b.sqs.eu-west-1.vpce.amazonaws.com/1/q",
            "https://vpce-0a-1b.sqs.eu-west-1.vpce.amazonaws.com",
            "eu-west-1",
        ),
        ("http://127.0.0.1:4566/888888888888/interlock-intake", "http://127.0.0.1:4566", "us-east-1"),
    ],
)
def test_address_and_region(url: str, address: str, region: str) -> None:
    """AWS's own URLs name the Region; any other URL is itself the address that is called."""
    queue = Queue(url)
    assert (queue._client.meta.endpoint_url, queue._client.meta.region_name) == (address, region)


def test_the_region_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the URL names no Region, boto3's counts."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    assert Queue("http://127.0.0.1:4566/1/q")._client.meta.region_name == "ap-south-1"
