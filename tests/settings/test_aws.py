"""What AWS, the network or this machine refuse of a secret, and what a person is told to do."""

import re
import sys
import threading

import pytest

from studiolo.errors import (
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    MissingExtraError,
    RateLimitedError,
    SettingsError,
    StudioloError,
)
from studiolo.settings import Settings
from tests.settings.refusing import MODEL, Handler, Refusal, Server

OF_EVERY_SERVICE = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "ThrottlingException",
    "UnrecognizedClientException",
}
"""AWS, "Common errors"."""


@pytest.fixture
def server(monkeypatch):
    """One that refuses what it is told to."""
    server = Server(("127.0.0.1", 0), Handler)
    server.refusal = Refusal()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def refused() -> StudioloError:
    with pytest.raises(StudioloError) as caught:
        Settings.load(secrets="aws:studiolo")
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    return caught.value


def test_what_is_asked_is_signed_and_what_the_model_allows(server: Server):
    assert Settings.load(secrets="aws:studiolo").threads == 4
    assert server.refusal.asked == [{"SecretId": "studiolo"}]


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("AccessDeniedException", CredentialsError, "secretsmanager:GetSecretValue"),
        ("DecryptionFailure", CredentialsError, "kms:Decrypt"),
        ("UnrecognizedClientException", CredentialsError, "said by AWS.*aws sts get-caller-identity"),
        ("ExpiredTokenException", CredentialsError, "have expired.*aws sso login"),
        ("ResourceNotFoundException", SettingsError, "no secret 'studiolo'.*list-secrets"),
        ("InvalidRequestException", SettingsError, "said by AWS.*describe-secret"),
        ("InvalidParameterException", SettingsError, "said by AWS"),
        ("ThrottlingException", RateLimitedError, "asks to wait"),
        ("InternalServiceError", EngineError, "could not answer: said by AWS"),
    ],
)
def test_what_aws_refuses(code: str, kind: type, said: str, server: Server, monkeypatch):
    of_the_operation = {shape.name for shape in MODEL.operation_model("GetSecretValue").error_shapes}
    assert code in of_the_operation | OF_EVERY_SERVICE
    monkeypatch.setattr("time.sleep", lambda _: None)  # boto's pauses between its tries
    server.refusal.code = code
    error = refused()
    assert type(error) is kind
    assert re.search(said, str(error))


def test_a_moment_of_throttling_is_waited_for(server: Server, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    server.refusal.code, server.refusal.times = "ThrottlingException", 1
    assert Settings.load(secrets="aws:studiolo").threads == 4
    assert len(server.refusal.asked) == 2


def test_a_wrong_key(server: Server, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    error = refused()
    assert isinstance(error, CredentialsError)
    assert "clock" in error.hint


def test_no_credentials(server: Server, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    error = refused()
    assert isinstance(error, CredentialsError)
    assert "aws configure" in error.hint
    assert server.refusal.asked == []


def test_half_a_pair_of_keys(server: Server, monkeypatch):
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert isinstance(refused(), CredentialsError)


def test_no_region(monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    error = refused()
    assert isinstance(error, SettingsError)
    assert "secrets_region" in error.hint


def test_no_such_profile():
    with pytest.raises(SettingsError, match=r"nobody.*list-profiles"):
        Settings.load(secrets="aws:studiolo", secrets_profile="nobody")


def test_an_endpoint_that_is_no_address(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "nonsense")
    assert isinstance(refused(), SettingsError)


def test_a_region_that_is_none(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "not a region")
    assert isinstance(refused(), SettingsError)


@pytest.mark.parametrize("how", ["hangs up", "is not there"])
def test_a_service_that_does_not_answer(how: str, server: Server, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    if how == "hangs up":
        server.refusal.hang_up = True
    else:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9")
    error = refused()
    assert type(error) is EngineError
    assert "cannot be reached" in error.message


def test_a_service_that_says_nothing(server: Server, monkeypatch):
    monkeypatch.setattr("studiolo.settings.aws._READ_TIMEOUT_S", 0.1)
    monkeypatch.setattr("studiolo.settings.aws._ATTEMPTS", 1)
    server.refusal.silent.clear()
    try:
        assert isinstance(refused(), EngineTimeoutError)
    finally:
        server.refusal.silent.set()


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    error = refused()
    assert isinstance(error, MissingExtraError)
    assert error.extra == "aws"
