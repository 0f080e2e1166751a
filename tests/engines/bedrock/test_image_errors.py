"""bedrock: as a painter, when it does not paint: declined, gone, not allowed, at the wrong time."""

import ssl
import threading

import pytest
import trustme

from studiolo.engines.base import EngineConfig
from studiolo.engines.bedrock import BedrockImageEngine
from studiolo.errors import (
    Cancelled,
    ContentRefusedError,
    CredentialsError,
    EngineError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from tests.engines.bedrock import painter
from tests.engines.bedrock.painting import at_service, complete, fails, refuses
from tests.engines.bedrock.service import KEY_ID, REGION, SECRET, Refusal, serving
from tests.engines.bedrock.test_errors import details
from tests.fetching.serving import answer
from tests.fetching.serving import serving as serving_bytes

CORE = "stability.stable-image-core-v1:1"
CONTENT = "This request has been blocked by our content filters."


# Content filters


@pytest.mark.parametrize(
    ("model", "reply", "said"),
    [
        ("titan-v2", refuses("ValidationException", CONTENT), "blocked by our content filters"),
        ("nova-canvas", lambda _: {"images": [], "error": "Flagged by RAI policy."}, "Flagged by RAI policy"),
        (
            "core",
            lambda _: {"seeds": [1], "finish_reasons": ["Filter reason: prompt"], "images": []},
            "Filter reason: prompt",
        ),
        ("core", lambda _: {"finish_reasons": ["Filter reason: output image"]}, "output image"),
    ],
    ids=["titan", "nova", "prompt", "output"],
)
def test_what_a_content_filter_declines(model, reply, said):
    error, asked = fails(ContentRefusedError, said, reply, model)
    assert "Say it differently" in error.hint
    assert asked == ["InvokeModel"]


def test_a_model_that_stumbles_is_no_content_filter():
    error, _ = fails(EngineError, "Inference error", lambda _: {"finish_reasons": ["Inference error"]})
    assert not isinstance(error, ContentRefusedError)


@pytest.mark.parametrize("reply", [{}, {"images": []}, {"images": [7]}, {"images": ["!"]}, {"images": None}])
def test_an_answer_without_a_picture(reply):
    error, _ = fails(EngineError, "no picture|no base64", lambda _: reply)
    assert "charged" in error.hint


# Models that are gone


def gone(lifecycle, said="This model version has reached the end of its life."):
    def reply(asked):
        return (
            lifecycle
            if asked.operation == "GetFoundationModel"
            else Refusal("ResourceNotFoundException", said)
        )

    return reply


ENDED = details(status="LEGACY", legacyTime="2026-03-30T00:00:00Z", endOfLifeTime="2026-09-30T00:00:00Z")
SILENT = Refusal("ResourceNotFoundException", "Could not resolve the foundation model from the identifier.")


@pytest.mark.parametrize(
    ("model", "lifecycle", "said"),
    [
        ("nova-canvas", ENDED, "legacy model since 2026-03-30, and gone from 2026-09-30 on"),
        ("nova-canvas", SILENT, "AWS ended Nova Canvas on 2026-09-30"),
        ("titan-v2", SILENT, "AWS ended Titan Image Generator G1 v2 on 2026-06-30"),
        ("core", ENDED, "gone from 2026-09-30 on"),
    ],
    ids=["control plane", "nova", "titan", "a new end"],
)
def test_a_model_that_is_gone_says_when_and_what_to_use(model, lifecycle, said):
    error, asked = fails(UnknownEngineError, said, gone(lifecycle), model)
    assert "reached the end of its life" in error.message
    assert "bedrock:core" in error.hint
    assert "diffusers:sdxl" in error.hint
    assert asked == ["InvokeModel", "GetFoundationModel"]


def test_a_legacy_model_that_was_not_used_for_long():
    said = (
        "Access denied. This Model is marked by provider as Legacy and you have not been actively using the "
        "model in the last 15 days. Please upgrade to an active model on Amazon Bedrock"
    )
    legacy = details(status="LEGACY", legacyTime="2026-03-30T00:00:00Z")
    error, _ = fails(UnknownEngineError, "legacy model since 2026-03-30", gone(legacy, said), "nova-canvas")
    assert "bedrock:core" in error.hint


def test_asking_what_became_of_a_model_can_be_called_off():
    release = threading.Event()

    def reply(asked):
        if asked.operation == "GetFoundationModel":
            release.wait(10)
        return Refusal("ResourceNotFoundException", "Not here.")

    def stop(_):
        if len(service.asked) > 1:
            raise Cancelled

    with at_service(reply) as (engine, service):
        with pytest.raises(Cancelled):
            list(engine.generate(complete(engine), stop))
        release.set()


def test_a_model_that_is_elsewhere():
    reply = refuses("ValidationException", "The provided model identifier is invalid.")
    error, _ = fails(UnknownEngineError, f"no '{CORE}' in {REGION}", reply)
    assert "us-west-2" in error.hint
    error, _ = fails(UnknownEngineError, "in us-west-2", reply, region="us-west-2")
    assert "set region" not in error.hint


def test_a_model_that_is_only_reached_through_a_profile():
    said = (
        "Invocation of model ID x with on-demand throughput isn't supported. Retry with an inference profile."
    )
    error, _ = fails(UnknownEngineError, "inference profile", refuses("ValidationException", said))
    assert f"bedrock:us.{CORE}" in error.hint


def test_what_a_model_cannot_read():
    reply = refuses("ValidationException", "Malformed input request: #: extraneous key [x] is not permitted")
    error, asked = fails(UnsupportedRequestError, "cannot do that: Malformed", reply)
    assert asked == ["InvokeModel"]
    assert "Stable Image Core" in error.message


# Credentials


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("InvalidSignatureException", "Signature expired: 1 is now earlier than 2"),
        ("InvalidSignatureException", "Signature not yet current: 1 is still later than 2"),
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large"),
        ("RequestExpired", "Request has expired"),
    ],
)
def test_a_clock_that_is_wrong(code, said):
    error, _ = fails(CredentialsError, "time of this request wrong", refuses(code, said))
    assert "clock says 20" in error.hint


def test_credentials_that_expired():
    error, _ = fails(CredentialsError, "expired", refuses("ExpiredTokenException", "The token has expired"))
    assert "aws sso login" in error.hint


def test_who_must_subscribe_is_said():
    error, _ = fails(CredentialsError, "does not let you", refuses("AccessDeniedException", "No access"))
    assert "aws-marketplace:Subscribe" in error.hint


def test_a_profile_of_the_users_own(tmp_path, monkeypatch):
    file = tmp_path / "credentials"
    file.write_text(f"[lab]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    with serving(painter.paint) as service:
        options = {"profile": "lab", "region": REGION, "endpoint_url": service.url}
        with BedrockImageEngine(EngineConfig(options=options)) as engine:
            assert len(list(engine.generate(complete(engine)))) == 1


def test_a_bedrock_key_from_the_environment(tmp_path, monkeypatch):
    """As AWS' own tools read it. boto3 wants TLS for it; this server may hang up on the body."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-of-mine")
    said = answer(b'{"message": "no"}', "x-amzn-ErrorType: AccessDeniedException", status="403 Forbidden")
    with serving_bytes(lambda _: [said], tls=tls) as server:
        options = {"region": REGION, "endpoint_url": f"https://127.0.0.1:{server.port}"}
        with (
            BedrockImageEngine(EngineConfig(options=options)) as engine,
            pytest.raises(EngineError, match=r"does not let you|broke off") as caught,
        ):
            list(engine.generate(complete(engine)))
    assert "Authorization: Bearer bedrock-api-key-of-mine" in server.asked[0]
    assert "bedrock-api-key-of-mine" not in str(caught.value)
