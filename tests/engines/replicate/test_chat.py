"""Models at Replicate: what each is given, how its words come, how it ends."""

from __future__ import annotations

import base64
import io
import threading
import tomllib

import numpy as np
import pytest
from PIL import Image

from studiolo.chat import ChatRequest, Completion, Message, Usage
from studiolo.engines.base import ChatEngine, EngineConfig
from studiolo.engines.replicate.chat import ReplicateChatEngine
from studiolo.errors import (
    Cancelled,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    OfflineError,
    RateLimitedError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from studiolo.requests import ignore_progress
from studiolo.testing import ChatEngineContract
from tests.engines.replicate.schemas import schema
from tests.engines.replicate.server import LLAVA_VERSION, TOKEN, Drop, ReplicateServer, Run, event

PATIENCE_S = 10
LLAMA = "meta/meta-llama-3-8b-instruct"
SEES_SEVERAL = "somebody/sees-several"
RED = Image.new("RGB", (60, 40), "red")


class TestReplicate(ChatEngineContract):
    sees = True

    @pytest.fixture(autouse=True)
    def _served(self, server: ReplicateServer):
        self.server = server

    def make_engine(self) -> ChatEngine:
        options = {"base_url": f"{self.server.address}/v1", "api_key": TOKEN}
        return ReplicateChatEngine(EngineConfig(model=SEES_SEVERAL, options=options))

    def _is_mine(self, thread: threading.Thread) -> bool:
        return "process_request" not in thread.name  # the server's own


def ask(
    engine: ChatEngine, text: str = "What?", progress=ignore_progress, **fields
) -> tuple[str, Completion]:
    fields.setdefault("messages", [{"role": "user", "text": text}])
    answer = engine.chat(ChatRequest.parse(fields), progress)
    pieces = []
    while True:
        try:
            pieces.append(next(answer))
        except StopIteration as end:
            return "".join(pieces), end.value


def paths(server) -> list[str]:
    return [one.path for one in server.received]


# What is sent


def test_llava_is_given_picture_prompt_and_knobs(server, talk_to):
    server.runs.append(Run(output=["A ", "red ", "wall."]))
    text, completion = ask(
        talk_to(),
        messages=[Message(text="What is it?", images=(RED,))],
        temperature=0.2,
        top_p=1,
        max_tokens=100,
    )
    assert text == "A red wall."
    assert completion.model == f"yorickvp/llava-13b:{LLAVA_VERSION}"
    given = dict(server.last.input)
    head, _, data = given.pop("image").partition(",")
    assert head == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (60, 40)
    assert given == {"prompt": "What is it?", "temperature": 0.2, "top_p": 1, "max_tokens": 100}
    assert server.last.version == LLAVA_VERSION
    begun = next(one for one in server.received if one.path == "/v1/predictions")
    assert begun.headers["cancel-after"] == "900s"
    assert begun.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_version_may_be_pinned(server, talk_to):
    ask(talk_to(f"yorickvp/llava-13b:{LLAVA_VERSION}"))
    assert paths(server)[0] == f"/v1/models/yorickvp/llava-13b/versions/{LLAVA_VERSION}"
    assert server.last.version == LLAVA_VERSION


def test_an_official_model_has_an_address_of_its_own(server, talk_to):
    ask(talk_to(LLAMA))
    assert f"/v1/models/{LLAMA}/predictions" in paths(server)
    assert server.last.version == ""


def test_the_schema_is_asked_for_once(server, talk_to):
    engine = talk_to()
    ask(engine)
    ask(engine)
    assert paths(server).count("/v1/models/yorickvp/llava-13b") == 1


def test_each_model_has_its_own_names_and_limits(server, talk_to):
    turns = [Message(role="system", text="Be brief."), Message(text="Why?")]
    _, completion = ask(
        talk_to(LLAMA), messages=turns, temperature=0, top_p=0.5, max_tokens=9, seed=4, stop=("END", "\n")
    )
    assert server.last.input == {
        "prompt": "Why?",
        "system_prompt": "Be brief.",
        "temperature": 0.1,
        "max_new_tokens": 9,
        "seed": 4,
        "stop_sequences": "END,\n",
    }
    assert completion.notes == (
        "temperature 0 became 0.1: the model takes no less.",
        "top_p was left out: the model does not take it.",
    )


def test_too_much_becomes_the_most(server, talk_to):
    server.models["somebody/cold"] = (
        schema(prompt={"type": "string"}, temperature={"type": "number", "maximum": 1}),
        True,
    )
    _, completion = ask(talk_to("somebody/cold"), temperature=1.5)
    assert server.last.input["temperature"] == 1
    assert completion.notes == ("temperature 1.5 became 1: the model takes no more.",)


def test_a_conversation_is_folded_into_the_prompt(server, talk_to):
    turns = [
        Message(role="system", text="Be brief."),
        Message(text="Who?", images=(RED,)),
        Message(role="assistant", text="Me."),
        Message(text="Why?"),
    ]
    ask(talk_to(), messages=turns)
    assert server.last.input["prompt"] == "Be brief.\n\nUser: Who?\nAssistant: Me.\nUser: Why?\nAssistant:"


def test_a_model_that_takes_turns_is_given_turns(server, talk_to):
    turns = [Message(text="Who?"), Message(role="assistant", text="Me."), Message(text="Why?")]
    ask(talk_to(SEES_SEVERAL), messages=turns)
    said = [("user", "Who?"), ("assistant", "Me."), ("user", "Why?")]
    assert server.last.input["messages"] == [{"role": role, "content": text} for role, text in said]
    assert "prompt" not in server.last.input


def test_a_large_picture_is_uploaded_scaled(server, talk_to):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (2000, 3000, 3), np.uint8))
    _, completion = ask(talk_to(), messages=[Message(text="?", images=(noise,))])
    assert server.last.input["image"] == f"{server.address}/v1/files/f1"
    sent = server.files[0]
    assert b'name="content"; filename="picture.jpg"' in sent
    at = sent.index(b"\xff\xd8\xff")
    assert Image.open(io.BytesIO(sent[at:])).size == (1568, 1045)
    assert completion.notes == ("The picture was scaled from 3000x2000 to 1568x1045 before it was sent.",)


@pytest.mark.parametrize(
    ("model", "images", "match"),
    [
        (LLAMA, (RED,), "does not look at pictures"),
        (None, (RED, RED), "looks at one picture"),
        ("somebody/upscaler", (RED,), "takes no prompt"),
    ],
)
def test_what_a_model_does_not_take_is_said_before_it_is_run(server, talk_to, model, images, match):
    with pytest.raises(UnsupportedRequestError, match=match):
        ask(talk_to(model), messages=[Message(text="?", images=images)])
    assert not server.predictions


# How it comes


def test_words_with_lines_are_whole(server, talk_to):
    server.runs.append(Run(output=["1. one", "\n", "2. two\n\n", "3. three", "", " é🎨"]))
    assert ask(talk_to())[0] == "1. one\n2. two\n\n3. three é🎨"


def test_usage_length_and_cost_come_from_the_metrics(server, talk_to):
    metrics = {"predict_time": 2.5, "input_token_count": 7, "output_token_count": 2}
    server.runs.append(Run(output=["a", "b"], metrics=metrics))
    _, completion = ask(talk_to(price_per_second=0.001), max_tokens=2)
    assert completion.usage == Usage(input_tokens=7, output_tokens=2)
    assert completion.finish == "length"
    assert completion.cost == pytest.approx(0.0025)
    server.runs.append(Run(output=["a"]))
    _, completion = ask(talk_to())
    assert (completion.usage, completion.cost, completion.finish) == (None, None, "complete")


def test_without_a_stream_it_is_looked_at_again_and_again(server, talk_to):
    server.runs.append(Run(output=["one", " two", " three"], streams=False, looks=2))
    answer = talk_to().chat(ChatRequest.parse({"messages": [{"text": "?"}]}))
    assert list(answer) == ["one", " two", " three"]
    assert paths(server).count("/v1/predictions/p0") == 3


@pytest.mark.parametrize(
    "stream",
    [
        [event("output", "one"), Drop()],
        [event("output", "one")],
        [Drop()],
        [event("output", "one"), b"event: output\ndata: \xff\n\n"],
    ],
)
def test_a_stream_that_breaks_is_no_loss(server, talk_to, stream):
    server.runs.append(Run(output=["one", " two"], stream=stream, looks=1))
    text, completion = ask(talk_to())
    assert (text, completion.finish) == ("one two", "complete")


def test_a_stream_that_is_silent_while_a_machine_starts_is_no_loss(server, talk_to):
    server.runs.append(Run(output=["one"], stream=[threading.Event()]))
    assert ask(talk_to(timeout_s=2))[0] == "one"
    assert server.gone.wait(PATIENCE_S)


@pytest.mark.parametrize("place", ["http://localhost:{}/stream/p0", "http://[/stream/p0"])
def test_a_stream_elsewhere_is_not_shown_the_key(server, talk_to, place):
    """Of what is no name of Replicate's nothing is asked; the run is looked at instead."""
    state = server.state

    def elsewhere(name):
        told = state(name)
        told["urls"]["stream"] = place.format(server.server_address[1])
        return told

    server.state = elsewhere
    server.runs.append(Run(output=["one"]))
    assert ask(talk_to())[0] == "one"
    assert not any(path.startswith("/stream") for path in paths(server))


def test_output_may_be_one_text(server, talk_to):
    server.runs.append(Run(output="A cat.", streams=False))
    server.state = _as_text(server.state)
    assert ask(talk_to())[0] == "A cat."


# How it ends


def test_a_failed_run_says_why(server, talk_to):
    server.runs.append(Run(status="failed", error="CUDA out of memory", output=["a"]))
    with pytest.raises(EngineError, match="The model failed: CUDA out of memory"):
        ask(talk_to())


def test_a_filtered_run_is_a_refusal(server, talk_to):
    said = "NSFW content detected. Try a different prompt."
    server.runs.append(Run(status="failed", error=said))
    text, completion = ask(talk_to())
    assert (text, completion.finish) == ("", "refused")
    assert said in completion.notes


@pytest.mark.parametrize("status", ["canceled", "aborted"])
def test_a_run_that_was_called_off_there_was_too_long(server, talk_to, status):
    server.runs.append(Run(status=status))
    with pytest.raises(EngineTimeoutError, match=status):
        ask(talk_to())


def test_a_run_that_does_not_end_is_called_off(server, talk_to):
    server.runs.append(Run(output=["a"], streams=False, looks=10_000))
    with pytest.raises(EngineTimeoutError, match="did not finish"):
        ask(talk_to(total_timeout_s=2))
    assert server.last.cancelled.is_set()


@pytest.mark.parametrize("streams", [True, False])
def test_cancelling_calls_the_run_off(server, talk_to, streams):
    server.runs.append(Run(output=["a"], streams=streams, stream=[threading.Event()], looks=10_000))

    def stop(report):
        if any(path.startswith("/stream") or path == "/v1/predictions/p0" for path in paths(server)):
            raise Cancelled

    with pytest.raises(Cancelled):
        ask(talk_to(), progress=stop)
    assert server.last.cancelled.is_set()
    assert not streams or server.gone.wait(PATIENCE_S)


def test_closing_the_generator_calls_the_run_off(server, talk_to):
    server.runs.append(Run(output=["a"], stream=[event("output", "a"), threading.Event()], looks=10_000))
    answer = talk_to().chat(ChatRequest.parse({"messages": [{"text": "?"}]}))
    assert next(answer) == "a"
    answer.close()
    assert server.last.cancelled.is_set()


def test_closing_the_engine_calls_the_run_off_and_leaves_no_thread(server, talk_to):
    server.runs.append(Run(output=["a"], stream=[event("output", "a"), threading.Event()], looks=10_000))
    engine = talk_to()
    answer = engine.chat(ChatRequest.parse({"messages": [{"text": "?"}]}))
    assert next(answer) == "a"
    before = threading.enumerate()
    engine.close()
    with pytest.raises(Cancelled):
        next(answer)
    assert server.last.cancelled.is_set()
    assert not [t for t in threading.enumerate() if t.name == "studiolo-http" and t not in before]


def test_a_run_that_ended_is_not_called_off(server, talk_to):
    ask(talk_to())
    assert not any(path.endswith("/cancel") for path in paths(server))


# Faults


def test_without_a_token_nothing_is_sent():
    engine = ReplicateChatEngine()
    assert "REPLICATE_API_TOKEN" in engine.availability().hint
    with pytest.raises(CredentialsError, match="Replicate needs a key"):
        ask(engine)


def test_a_wrong_token(talk_to):
    with pytest.raises(CredentialsError, match="valid token"):
        ask(talk_to(api_key="r8_wrong"))


@pytest.mark.parametrize("model", ["llava", "yorickvp/llava-13b:abc", "a/b/c", "http://a/b", "../x"])
def test_a_name_that_is_none(server, talk_to, model):
    with pytest.raises(UnknownEngineError, match="is no model of Replicate"):
        ask(talk_to(model))
    assert not server.received


@pytest.mark.parametrize("model", ["yorickvp/lava-13b", f"yorickvp/llava-13b:{'0' * 64}"])
def test_a_model_that_is_not_there(talk_to, model):
    with pytest.raises(UnknownEngineError, match="Replicate has no model 'yorickvp") as caught:
        ask(talk_to(model))
    assert "replicate:owner/name" in caught.value.hint


def test_a_throttled_request_waits_as_long_as_it_says(server, talk_to):
    throttled = {"detail": "Request was throttled. Expected available in 3600 seconds."}
    server.faults.append((429, throttled))
    with pytest.raises(RateLimitedError) as caught:
        ask(talk_to())
    assert caught.value.retry_after_s == 3600
    server.faults.append((429, {"detail": "Request was throttled. Expected available in 0 seconds."}))
    assert ask(talk_to(), "one")[0] == "one"


def test_no_credit(server, talk_to):
    server.faults.append(
        (402, {"title": "Insufficient credit", "detail": "You have no credit.", "status": 402})
    )
    with pytest.raises(RateLimitedError, match="no credit"):
        ask(talk_to())


def test_an_answer_that_is_no_prediction(server, talk_to):
    server.state = lambda name: {"oops": name}
    with pytest.raises(EngineError, match="cannot be read"):
        ask(talk_to())


def test_it_is_an_entry_point(root):
    points = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]
    assert (
        points["studiolo.chat_engines"]["replicate"] == "studiolo.engines.replicate.chat:ReplicateChatEngine"
    )


def test_offline():
    config = EngineConfig(offline=True, options={"api_key": TOKEN})
    with pytest.raises(OfflineError):
        ask(ReplicateChatEngine(config))
    assert not ReplicateChatEngine(config).availability().ready


def _as_text(state):
    def told(name):
        content = state(name)
        return {**content, "output": "".join(content["output"] or ()) or None}

    return told
