"""AWS on loopback: moto, an implementation of Secrets Manager by others; nobody's own account is seen."""

import logging
import os
from collections.abc import Callable, Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

REGION = "eu-west-1"


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """Its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def account(tmp_path, monkeypatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "BOTO")):
            monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


Store = Callable[..., str]


@pytest.fixture
def store(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Put a secret there, gone after the test; gives its ARN."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", aws)
    kept = []

    def put(text: str | bytes, *, name: str = "prod/studiolo", region: str = REGION) -> str:
        client = boto3.client("secretsmanager", region_name=region)
        value = {"SecretString": text} if isinstance(text, str) else {"SecretBinary": text}
        arn = client.create_secret(Name=name, **value)["ARN"]
        kept.append((client, arn))
        return arn

    yield put
    for client, arn in kept:
        client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
