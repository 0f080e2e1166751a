"""What goes wrong with Bedrock, each with a word on what to do."""

import socket
import sys
import threading

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.bedrock import BedrockChatEngine
from studiolo.errors import (
    BrokenStreamError,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    MissingExtraError,
    OfflineError,
    RateLimitedError,
    SettingsError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from tests.engines.bedrock import service as bedrock
from tests.engines.bedrock.service import HANG_UP, KEY_ID, REGION, SECRET, Refusal, answer, serving
from tests.engines.bedrock.test_chat import NOVA, ask, asking, engine_at, picture, run


def fails(reply, kind, said, request=None, **how):
    """The error of a chat; ``how`` are options, and the model."""
    with pytest.raises(kind, match=said) as caught:
        ask(reply, request, **{"max_attempts": 1, **how})
    assert caught.value.hint
    assert type(caught.value) is kind
    return caught.value


def refuses(code, message):
    return lambda _: Refusal(code, message)


# Credentials and settings


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"access_key_id": "AKIDOTHER"}, "does not take these credentials: The security token"),
        ({"secret_access_key": "guess"}, "does not take these credentials: The request signature"),
    ],
)
def test_wrong_keys(wrong, said):
    error = fails(lambda _: answer("x"), CredentialsError, said, **wrong)
    assert "guess" not in str(error)


def test_no_keys():
    config = EngineConfig(model=NOVA, options={"region": REGION, "endpoint_url": "http://127.0.0.1:9"})
    with pytest.raises(CredentialsError, match=r"no AWS credentials .*[Uu]nable to locate") as caught:
        run(BedrockChatEngine(config), asking())
    assert "aws configure" in caught.value.hint


def test_half_a_pair_of_keys():
    config = EngineConfig(model=NOVA, options={"region": REGION, "access_key_id": KEY_ID})
    with pytest.raises(CredentialsError, match="one half is missing"):
        run(BedrockChatEngine(config), asking())


def test_keys_of_a_profile(tmp_path, monkeypatch):
    file = tmp_path / "credentials"
    file.write_text(f"[lab]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    with serving(lambda _: answer("Yes.")) as service:
        options = {"profile": "lab", "region": REGION, "endpoint_url": service.url}
        with BedrockChatEngine(EngineConfig(model=NOVA, options=options)) as engine:
            assert run(engine, asking())[0] == ["Yes."]


def test_no_such_profile():
    config = EngineConfig(model=NOVA, options={"profile": "nobody"})
    with pytest.raises(SettingsError, match="no AWS profile 'nobody'"):
        run(BedrockChatEngine(config), asking())


def test_no_region():
    config = EngineConfig(model=NOVA, options={"access_key_id": KEY_ID, "secret_access_key": SECRET})
    with pytest.raises(SettingsError, match="region") as caught:
        run(BedrockChatEngine(config), asking())
    assert "studiolo config set engines.bedrock.region" in caught.value.hint


@pytest.mark.parametrize("options", [{"regoin": "x"}, {"timeout_s": 0}, {"max_side_px": 9000}])
def test_options_that_are_none(options):
    engine = BedrockChatEngine(EngineConfig(model=NOVA, options=options))
    with pytest.raises(SettingsError, match=rf"engines\.bedrock\.{next(iter(options))}") as caught:
        run(engine, asking())
    assert caught.value.hint == engine.availability().hint


def test_a_place_that_is_no_url():
    with pytest.raises(SettingsError, match="settings for AWS"):
        ask(lambda _: answer("x"), endpoint_url="nowhere")


@pytest.mark.parametrize("code", ["ExpiredTokenException", "ExpiredToken"])
def test_keys_that_expired(code):
    error = fails(refuses(code, "The token has expired"), CredentialsError, "expired")
    assert "aws sso login" in error.hint


# Models


def test_no_model():
    engine = BedrockChatEngine(EngineConfig())
    with pytest.raises(UnknownEngineError, match="name of a model") as caught:
        run(engine, asking())
    assert "list-inference-profiles" in caught.value.hint
    assert (engine.availability().ready, engine.availability().reason) == (False, caught.value.message)


def test_a_model_you_may_not_use():
    said = "You don't have access to the model with the specified model ID."
    error = fails(refuses("AccessDeniedException", said), CredentialsError, "does not let you use")
    assert "bedrock:InvokeModel" in error.hint
    assert "Model catalog" in error.hint


def test_anthropics_form():
    said = "Model use case details have not been submitted for this account. Fill out the form."
    error = fails(refuses("ResourceNotFoundException", said), CredentialsError, "use case details")
    assert "form" in error.hint


def test_a_model_only_for_profiles():
    said = (
        "Invocation of model ID amazon.nova-pro-v1:0 with on-demand throughput isn’t supported. "  # noqa: RUF001
        "Retry your request with the ID or ARN of an inference profile that contains this model."
    )
    error = fails(
        refuses("ValidationException", said), UnknownEngineError, "profile", model="amazon.nova-pro-v1:0"
    )
    assert "bedrock:us.amazon.nova-pro-v1:0" in error.hint


def gone(lifecycle):
    """A model that is no more, and what the control plane says of it."""

    def reply(asked):
        if asked.operation != "GetFoundationModel":
            said = "This model version has reached the end of its life. Please refer to the documentation."
            return Refusal("ResourceNotFoundException", said)
        return lifecycle(asked) if callable(lifecycle) else lifecycle

    return reply


def details(**lifecycle):
    model = "amazon.nova-lite-v1:0"
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{model}"
    return {"modelDetails": {"modelArn": arn, "modelId": model, "modelLifecycle": lifecycle}}


def test_a_model_that_is_gone_with_its_dates():
    ends = details(status="LEGACY", legacyTime="2026-03-14T00:00:00Z", endOfLifeTime="2026-09-14T00:00:00Z")
    asked = []

    def reply(request):
        asked.append(request)
        return gone(ends)(request)

    error = fails(reply, UnknownEngineError, "reached the end of its life")
    assert error.message.endswith("It is a legacy model since 2026-03-14, and gone from 2026-09-14 on.")
    assert "list-inference-profiles" in error.hint
    assert asked[-1].params == {"modelIdentifier": "amazon.nova-lite-v1:0"}


@pytest.mark.parametrize(
    ("lifecycle", "end"),
    [
        (details(status="LEGACY"), "It is a legacy model."),
        (details(status="ACTIVE"), "documentation."),
        (Refusal("AccessDeniedException", "Not allowed"), "documentation."),
        (Refusal("ResourceNotFoundException", "Never heard of it"), "documentation."),
    ],
)
def test_a_model_that_is_gone_whatever_else_is_known(lifecycle, end):
    assert fails(gone(lifecycle), UnknownEngineError, "end of its life").message.endswith(end)


def test_a_name_that_is_no_model():
    said = "The provided model identifier is invalid."

    def reply(asked):
        return Refusal("ValidationException", said)

    assert "aws bedrock" in fails(reply, UnknownEngineError, f"no '{NOVA}': The provided").hint


@pytest.mark.parametrize(
    "said",
    [
        "This model doesn't support the image content block that you provided.",
        "The model returned the following errors: image input modality is not available.",
    ],
)
def test_a_model_that_does_not_see(said):
    request = asking(images=[picture()])
    fails(refuses("ValidationException", said), UnsupportedRequestError, "does not look at pictures", request)


def test_a_request_the_model_cannot_take():
    said = "The maximum tokens you requested exceeds the model limit of 4096."
    fails(refuses("ValidationException", said), UnsupportedRequestError, "model limit of 4096")


def test_a_refused_knob_is_asked_for_again_only_once():
    """A service that always complains of the same is not asked for ever."""
    said = "`temperature` is out of range."
    error = fails(
        refuses("ValidationException", said), UnsupportedRequestError, "temperature", asking(temperature=1)
    )
    assert "cannot do that" in error.message


# Waiting


def test_throttling_is_tried_again():
    replies = iter([Refusal("ThrottlingException", "Too many requests"), answer("Now.")])
    pieces, _, service = ask(lambda _: next(replies), max_attempts=2)
    assert pieces == ["Now."]
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("headers", "wait_s"), [({}, None), ({"Retry-After": "30"}, 30), ({"x-amz-retry-after": "1500"}, 1.5)]
)
def test_throttling_that_does_not_end(headers, wait_s):
    reply = lambda _: Refusal("ThrottlingException", "Too many requests, please wait", headers)  # noqa: E731
    error = fails(reply, RateLimitedError, "asks to wait: Too many requests, please wait")
    assert error.retry_after_s == wait_s


def test_tries_are_counted():
    asked = []

    def reply(request):
        asked.append(request)
        return Refusal("ServiceUnavailableException", "Down")

    fails(reply, EngineError, "could not answer: Down", max_attempts=2)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ModelTimeoutException", EngineTimeoutError),
        ("InternalServerException", EngineError),
        ("ModelErrorException", EngineError),
        ("ModelNotReadyException", EngineError),
        ("ServiceUnavailableException", EngineError),
    ],
)
def test_troubles_of_the_service(code, kind):
    fails(refuses(code, "Oh no"), kind, "Oh no|too long")


def test_no_word_in_time():
    release = threading.Event()

    def reply(asked):
        release.wait(10)
        return answer("late")

    with serving(reply) as service, engine_at(service, timeout_s=0.2, max_attempts=1) as engine:
        with pytest.raises(EngineTimeoutError, match="in time"):
            run(engine, asking())
        release.set()


def test_a_stream_that_falls_silent_before_its_first_word():
    release = threading.Event()

    def reply(asked):
        def begun():
            yield bedrock.event("messageStart", role="assistant")
            release.wait(10)

        return begun()

    with serving(reply) as service, engine_at(service, timeout_s=0.2, max_attempts=1) as engine:
        with pytest.raises(EngineTimeoutError, match="in time"):
            run(engine, asking())
        release.set()


def test_nobody_is_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but it does not listen
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        fails(lambda _: answer("x"), EngineError, "cannot be reached", endpoint_url=url)


# Streams that break


def broken(pieces, said, **options):
    """What was heard of a stream before it broke."""
    heard = []
    with (
        serving(lambda _: pieces) as service,
        engine_at(service, max_attempts=1, **options) as engine,
        pytest.raises(BrokenStreamError, match=said) as caught,
    ):
        heard.extend(engine.chat(asking()))
    assert caught.value.hint
    return heard


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ([HANG_UP], "broke off"),
        ([], "hung up before its end"),
        ([b"not a frame at all, but long enough for a prelude"], "[Cc]hecksum"),
        ([bedrock.words("x")[0][:-1] + b"\0"], "[Cc]hecksum"),
        ([bedrock.words("x")[0][:20], HANG_UP], "broke off"),
        ([bedrock.failure("modelStreamErrorException", "The model stumbled")], "The model stumbled"),
        ([bedrock.failure("throttlingException", "Too fast")], "Too fast"),
        ([bedrock.failure("internalServerException", "Oops")], "Oops"),
    ],
)
def test_a_stream_that_breaks_after_some_words(ends, said):
    assert broken([*bedrock.words("One", " two"), *ends], said) == ["One", " two"]


def test_a_stream_that_falls_silent_after_some_words():
    release = threading.Event()

    def words():
        yield from bedrock.words("One")
        release.wait(10)

    assert broken(words(), "broke off", timeout_s=1.5) == ["One"]
    release.set()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("throttlingException", RateLimitedError),
        ("validationException", UnsupportedRequestError),
        ("serviceUnavailableException", EngineError),
        ("modelStreamErrorException", EngineError),
    ],
)
def test_a_stream_that_breaks_before_its_first_word(name, kind):
    fails(lambda _: [bedrock.failure(name, "No luck")], kind, "No luck")


# The house


def test_boto3_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    engine = BedrockChatEngine(EngineConfig(model=NOVA))
    assert not engine.availability().ready
    assert "studiolo[aws]" in engine.availability().hint
    with pytest.raises(MissingExtraError, match="'aws'"):
        run(engine, asking())


def test_offline():
    account = {"region": REGION, "access_key_id": KEY_ID, "secret_access_key": SECRET}
    engine = BedrockChatEngine(EngineConfig(model=NOVA, offline=True, options=account))
    with pytest.raises(OfflineError, match="STUDIOLO_OFFLINE"):
        run(engine, asking())
    assert "STUDIOLO_OFFLINE" in engine.availability().reason


def test_an_engine_that_is_ready_says_so():
    assert BedrockChatEngine(EngineConfig(model=NOVA)).availability().ready


def test_offline_a_service_on_this_machine_may_be_asked():
    with serving(lambda _: answer("Here.")) as service:
        account = {"region": REGION, "access_key_id": KEY_ID, "secret_access_key": SECRET}
        options = {**account, "endpoint_url": service.url}
        with BedrockChatEngine(EngineConfig(model=NOVA, offline=True, options=options)) as engine:
            assert run(engine, asking())[0] == ["Here."]
