"""bedrock: as a painter: who is asked, how often, what it costs, what it lets go of."""

import io
import sys
import threading

import boto3
import numpy as np
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.bedrock import BedrockImageEngine
from studiolo.errors import (
    Cancelled,
    ContentRefusedError,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    InvalidImageError,
    MissingExtraError,
    OfflineError,
    RateLimitedError,
    SettingsError,
    UnknownEngineError,
)
from studiolo.registry import EngineRegistry
from tests.engines.bedrock import painter
from tests.engines.bedrock.painting import at_service, complete, engine_at, fails, paint, refuses, shaded
from tests.engines.bedrock.service import KEY_ID, REGION, SECRET, Refusal, serving

CORE = "stability.stable-image-core-v1:1"
CONTENT = "This request has been blocked by our content filters."


# Who is asked


@pytest.mark.parametrize(
    ("model", "called"),
    [
        (None, CORE),
        ("core", CORE),
        (CORE, CORE),
        (f"arn:aws:bedrock:us-west-2::foundation-model/{CORE}", None),
        ("stability.stable-image-core-v2:0", None),
        ("inpaint", "us.stability.stable-image-inpaint-v1:0"),
        ("stability.stable-image-inpaint-v1:0", "us.stability.stable-image-inpaint-v1:0"),
        ("us.stability.stable-outpaint-v1:0", None),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.stability.stable-outpaint-v1:0", None),
        ("titan-v1", "amazon.titan-image-generator-v1"),
    ],
)
def test_a_model_by_any_of_its_names(model, called):
    asked = []

    def reply(request):
        asked.append(request.params["modelId"])
        return Refusal("ValidationException", CONTENT)

    fields = {"init_image": shaded(), "mask": shaded().convert("L")}
    if "outpaint" in str(model):
        fields = {"init_image": shaded(), "outpaint": (9, 0, 0, 0)}
    if "inpaint" not in str(model) and "outpaint" not in str(model):
        fields = {}
    with at_service(reply, model) as (engine, _), pytest.raises(ContentRefusedError):
        list(engine.generate(complete(engine, **fields)))
    assert asked == [called or model]


def test_an_arn_that_does_not_tell_is_told():
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
    with at_service(model=arn) as (engine, _):
        assert not engine.availability().ready
        with pytest.raises(UnknownEngineError, match="no model of Bedrock that we know") as caught:
            engine.capabilities  # noqa: B018 - asked for
        assert "image_model" in caught.value.hint
        assert engine.availability().reason == caught.value.message
    with at_service(model=arn, image_model="titan-v2") as (engine, _):
        assert engine.capabilities.palette == 10
        assert engine.availability().ready


def test_it_is_registered_beside_the_chat_engine_of_its_name():
    assert isinstance(EngineRegistry().resolve("bedrock:titan-v2"), BedrockImageEngine)


# How often


def test_what_may_be_painted_is_not_asked_for_twice():
    release = threading.Event()

    def reply(_):
        release.wait(10)
        return Refusal("InternalServerException", "late")

    error, asked = fails(EngineTimeoutError, "in time", reply, timeout_s=0.3, max_attempts=3)
    release.set()
    assert asked == ["InvokeModel"]
    assert "may have painted it" in error.hint


def test_boto3_by_itself_asks_twice_after_silence():
    """The control: what it would do, if it were let."""
    release, asked = threading.Event(), []

    def reply(request):
        asked.append(request)
        release.wait(10)
        return Refusal("InternalServerException", "late")

    with serving(reply) as service:
        config = Config(read_timeout=0.3, retries={"mode": "standard", "total_max_attempts": 2})
        client = boto3.client(
            "bedrock-runtime",
            endpoint_url=service.url,
            region_name=REGION,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
            config=config,
        )
        with pytest.raises(ReadTimeoutError):
            client.invoke_model(modelId=CORE, body=b"{}", contentType="a/b", accept="a/b")
        release.set()
        client.close()
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("code", "kind", "times"),
    [
        ("ThrottlingException", RateLimitedError, 3),
        ("ServiceUnavailableException", RateLimitedError, 3),
        ("ModelNotReadyException", RateLimitedError, 3),
        ("ModelErrorException", EngineError, 1),
        ("ModelTimeoutException", EngineTimeoutError, 1),
        ("InternalServerException", EngineError, 1),
        ("ServiceQuotaExceededException", RateLimitedError, 1),
        ("AccessDeniedException", CredentialsError, 1),
    ],
)
def test_it_is_asked_again_only_where_nothing_was_done(code, kind, times):
    error, asked = fails(kind, "Not now|too long", refuses(code, "Not now", **{"Retry-After": "0"}))
    assert asked == ["InvokeModel"] * times
    assert ("may have painted" in error.hint) == (times == 1 and code in {
        "ModelErrorException", "ModelTimeoutException", "InternalServerException"
    })  # fmt: skip


def test_waiting_to_ask_again_can_be_called_off():
    def stop(_):
        if service.asked:
            raise Cancelled

    with at_service(refuses("ThrottlingException", "Later", **{"Retry-After": "30"})) as (engine, service):
        with pytest.raises(Cancelled):
            list(engine.generate(complete(engine), stop))
        assert len(service.asked) == 1


# Several at once


def test_pictures_are_painted_at_once_as_many_as_allowed():
    together, lock, now, most = threading.Barrier(2), threading.Lock(), [0], [0]

    def reply(asked):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait(10)
        with lock:
            now[0] -= 1
        return painter.paint(asked)

    with at_service(reply, "titan-v2", max_parallel=2) as (engine, service):
        request = complete(engine, count=4, width=512, height=512)
        seeds = sorted(picture.seed for picture in engine.generate(request))
        assert engine.capabilities.parallel == 2
        assert {asked.body["imageGenerationConfig"]["numberOfImages"] for asked in service.asked} == {1}
    assert (seeds, most) == ([7, 8, 9, 10], [2])


# What it costs


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        (None, {}, 0.04),
        ("ultra", {"count": 3}, 0.42),
        ("titan-v2", {"width": 512, "height": 512}, 0.008),
        ("titan-v2", {"width": 768, "height": 768, "options": {"quality": "premium"}}, 0.01),
        ("titan-v2", {"width": 1152, "height": 640}, 0.01),
        ("titan-v1", {"options": {"quality": "premium"}}, 0.012),
        ("titan-v2", {"init_image": shaded(500, 500), "outpaint": (0, 0, 200, 300)}, 0.01),
        ("nova-canvas", {}, 0.04),
        ("nova-canvas", {"width": 2032, "height": 2032, "options": {"quality": "premium"}}, 0.08),
    ],
    ids=["core", "three", "small", "768", "large", "premium", "canvas", "nova", "nova premium"],
)
def test_prices_are_said_before(model, fields, usd):
    with at_service(model=model) as (engine, _):
        estimate = engine.estimate(complete(engine, **fields))
    assert estimate.usd == pytest.approx(usd)
    assert estimate.firm
    assert "AWS" in estimate.basis
    assert "2026-07" in estimate.basis


def test_prices_are_kept_after():
    assert paint().pictures[0].cost == 0.04
    painted = paint(options={"price_per_image": 0.5})
    assert painted.pictures[0].cost == 0.5


def test_every_model_has_a_price():
    from studiolo.engines.bedrock.models import MODELS
    from studiolo.engines.bedrock.options import BedrockOptions
    from studiolo.engines.bedrock.prices import price
    from studiolo.requests import ImageRequest

    request = ImageRequest(prompt="x", width=512, height=512)
    assert all(price(model, request, BedrockOptions()) for model in MODELS)


# The house


def test_boto3_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    engine = BedrockImageEngine(EngineConfig())
    assert not engine.availability().ready
    with pytest.raises(MissingExtraError, match="'aws'"):
        list(engine.generate(complete(engine)))


def test_offline():
    account = {"region": REGION, "access_key_id": KEY_ID, "secret_access_key": SECRET}
    engine = BedrockImageEngine(EngineConfig(offline=True, options=account))
    assert not engine.availability().ready
    with pytest.raises(OfflineError, match="STUDIOLO_OFFLINE"):
        list(engine.generate(complete(engine)))


def test_a_name_that_is_nearly_one():
    with pytest.raises(UnknownEngineError) as caught:
        _ = BedrockImageEngine(EngineConfig(model="titan")).capabilities
    assert caught.value.hint.startswith("Did you mean titan-v2 or titan-v1? Known: core, ")


def test_no_region():
    account = {"access_key_id": KEY_ID, "secret_access_key": SECRET}
    engine = BedrockImageEngine(EngineConfig(options=account))
    with pytest.raises(SettingsError, match=r"region.* engines\.bedrock\.region us-west-2 "):
        list(engine.generate(complete(engine)))


def test_a_setting_that_is_none():
    engine = BedrockImageEngine(EngineConfig(options={"max_paralel": 2}))
    assert "max_paralel" in engine.availability().reason


def test_a_picture_that_is_a_jpeg_is_one():
    def reply(_):
        buffer = io.BytesIO()
        shaded(1024, 1024).save(buffer, "JPEG")
        return {"images": [painter.base64.b64encode(buffer.getvalue()).decode()]}

    assert paint(reply=reply).image.mode == "RGB"


def test_closing_lets_connections_go_and_the_engine_connects_anew():
    with serving(painter.paint) as service:
        engine = engine_at(service, "titan-v2")
        for _ in range(2):
            list(engine.generate(complete(engine, width=512, height=512)))
        assert service.connections == 1
        engine.close()
        list(engine.generate(complete(engine, width=512, height=512)))
        assert service.connections == 2
        engine.close()


def test_pictures_that_are_more_than_bedrock_takes_are_not_sent():
    noise = np.random.default_rng(0).integers(0, 256, (2900, 2900, 3), dtype=np.uint8)
    with at_service(model="inpaint") as (engine, service):
        request = complete(engine, init_image=Image.fromarray(noise), mask=Image.new("L", (2900, 2900), 255))
        with pytest.raises(InvalidImageError, match="Bedrock takes 25 MB"):
            list(engine.generate(request))
        assert service.asked == []
