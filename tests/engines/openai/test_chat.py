"""Chat completions: what is sent, what is read, how it ends."""

from __future__ import annotations

import base64
import io
import json
import threading
import tomllib

import numpy as np
import pytest
from PIL import Image

from studiolo.chat import ChatRequest, Completion, Message, Usage
from studiolo.engines.base import ChatEngine, EngineConfig
from studiolo.engines.openai.chat import (
    GeminiChatEngine,
    LlamaCppChatEngine,
    LMStudioChatEngine,
    MistralChatEngine,
    OllamaChatEngine,
    OpenAIChatEngine,
    OpenRouterChatEngine,
    VLLMChatEngine,
)
from studiolo.errors import CredentialsError, UnknownEngineError, UnsupportedRequestError
from studiolo.registry import ChatRegistry
from studiolo.testing import ChatEngineContract
from tests.engines.openai.server import (
    DONE,
    KEY,
    ChatServer,
    Script,
    chunk,
    fault,
    speech,
    usage,
)

ALL = (
    OpenAIChatEngine,
    OllamaChatEngine,
    LMStudioChatEngine,
    LlamaCppChatEngine,
    VLLMChatEngine,
    GeminiChatEngine,
    MistralChatEngine,
    OpenRouterChatEngine,
)
HOSTED = {OpenAIChatEngine, GeminiChatEngine, MistralChatEngine, OpenRouterChatEngine}


class TestOpenAI(ChatEngineContract):
    sees = True

    @pytest.fixture(autouse=True)
    def _served(self, server: ChatServer):
        self.server = server

    def make_engine(self) -> ChatEngine:
        return OpenAIChatEngine(EngineConfig(model="m", options={"base_url": self.server.base_url}))

    def _is_mine(self, thread: threading.Thread) -> bool:
        return "process_request" not in thread.name  # the server's own


def ask(engine: ChatEngine, text: str = "Hello?", **fields) -> tuple[str, Completion]:
    fields.setdefault("messages", [{"role": "user", "text": text}])
    answer = engine.chat(ChatRequest.parse(fields))
    pieces = []
    while True:
        try:
            pieces.append(next(answer))
        except StopIteration as end:
            return "".join(pieces), end.value


# What is sent


def test_a_request_goes_out_in_openais_words(server, talk_to):
    schema = {
        "type": "object",
        "properties": {"tags": {"type": "array", "items": {"type": "string"}}},
        "required": ["tags"],
        "additionalProperties": False,
    }
    ask(
        talk_to(api_key=KEY, organization="org-1"),
        messages=[
            Message(role="system", text="Be brief."),
            Message(text="Who?"),
            Message(role="assistant", text="Me."),
            Message(text="Why?"),
        ],
        temperature=0.5,
        top_p=0.9,
        top_k=40,
        max_tokens=77,
        stop=("END",),
        seed=3,
        json_schema=schema,
    )
    assert server.asked == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Who?"},
                {"role": "assistant", "content": "Me."},
                {"role": "user", "content": "Why?"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.5,
            "top_p": 0.9,
            "top_k": 40,
            "max_tokens": 77,
            "stop": ["END"],
            "seed": 3,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema, "strict": True},
            },
        }
    ]
    headers = server.received[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["openai-organization"] == "org-1"
    assert headers["user-agent"].startswith("studiolo/")


def test_knobs_that_were_not_turned_are_not_sent(server, talk_to):
    ask(talk_to())
    assert set(server.asked[0]) == {"model", "messages", "stream", "stream_options", "max_tokens"}
    assert "authorization" not in server.received[0].headers


def test_a_form_with_optional_fields_is_not_called_strict(server, talk_to):
    ask(talk_to(), json_schema={"type": "object", "properties": {"a": {"type": "string"}}})
    assert "strict" not in server.asked[0]["response_format"]["json_schema"]


@pytest.mark.parametrize(
    ("kind", "length", "seed"),
    [(OllamaChatEngine, "max_tokens", "seed"), (MistralChatEngine, "max_tokens", "random_seed")],
)
def test_each_profile_has_its_own_words(server, talk_to, kind, length, seed):
    ask(talk_to(kind, api_key=KEY), seed=5, max_tokens=9)
    assert server.asked[0][length] == 9
    assert server.asked[0][seed] == 5


def test_openai_itself_is_spoken_to_in_its_newer_words():
    engine = OpenAIChatEngine(EngineConfig(options={"api_key": KEY}))
    assert engine._dialect.length == "max_completion_tokens"
    assert engine.capabilities.top_k is False
    assert engine.capabilities.offline is False


def test_more_of_the_body_comes_from_the_settings(server, talk_to):
    ask(talk_to(extra='{"reasoning_effort": "low", "max_tokens": 5}'))
    assert server.asked[0]["reasoning_effort"] == "low"
    assert server.asked[0]["max_tokens"] == 5


def test_pictures_stand_before_the_text_as_data_urls(server, talk_to):
    picture = Image.new("RGB", (60, 40), "red")
    text, _ = ask(talk_to(), messages=[Message(text="What is this?", images=(picture, picture))])
    assert text == "[2 seen] What is this?"
    content = server.asked[0]["messages"][0]["content"]
    assert [part["type"] for part in content] == ["image_url", "image_url", "text"]
    head, _, data = content[0]["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (60, 40)


def test_a_huge_picture_is_scaled_before_it_is_sent_and_stays_as_it_is(server, talk_to):
    noise = np.random.default_rng(1).integers(0, 256, (3000, 3600, 3), np.uint8)
    picture = Image.fromarray(noise)  # 32 MB of pixels
    message = Message(text="?", images=(picture,))
    _, completion = ask(talk_to(), messages=[message])
    url = server.asked[0]["messages"][0]["content"][0]["image_url"]["url"]
    assert len(url) < 6_000_000
    assert max(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).size) <= 1568
    assert message.images[0].size == (3600, 3000)
    assert completion.notes == ("The picture was scaled from 3600x3000 to 1568x1307 before it was sent.",)
    ask(talk_to(max_image_side_px=512), messages=[message])
    url = server.asked[1]["messages"][0]["content"][0]["image_url"]["url"]
    assert Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).size == (512, 427)


def test_only_the_user_shows_pictures(talk_to):
    picture = Image.new("RGB", (8, 8))
    turns = [Message(role="assistant", text="Look.", images=(picture,)), Message(text="At what?")]
    with pytest.raises(UnsupportedRequestError, match="assistant's turn"):
        ask(talk_to(), messages=turns)


# What is left out on the server's word


@pytest.mark.parametrize(
    ("refusal", "fields", "gone", "instead"),
    [
        (
            {
                "message": "Unsupported parameter: 'max_tokens' is not supported with this model. "
                "Use 'max_completion_tokens' instead.",
                "param": "max_tokens",
                "code": "unsupported_parameter",
            },
            {},
            "max_tokens",
            "max_completion_tokens",
        ),
        (
            {
                "message": "Unsupported value: 'temperature' does not support 0.2 with this model. "
                "Only the default (1) value is supported.",
                "param": "temperature",
                "code": "unsupported_value",
            },
            {"temperature": 0.2},
            "temperature",
            None,
        ),
        ({"message": "Unrecognized request argument supplied: top_k"}, {"top_k": 4}, "top_k", None),
        ({"message": "unknown field stream_options"}, {}, "stream_options", None),
        (
            {"message": "This model does not support response_format json_schema."},
            {"json_schema": {"type": "object"}},
            "response_format",
            None,
        ),
    ],
)
def test_what_the_server_does_not_know_is_left_out(server, talk_to, refusal, fields, gone, instead):
    server.scripts.append(fault(400, **refusal))
    engine = talk_to()
    text, completion = ask(engine, "one two", **fields)
    assert text == "one two"
    assert gone in server.asked[0]
    assert gone not in server.asked[1]
    assert server.asked[1].keys() - server.asked[0].keys() == ({instead} if instead else set())
    noted = instead is None and gone != "stream_options"
    assert completion.notes == ((f"{gone} was left out: the model does not take it.",) if noted else ())
    ask(engine, "again", **fields)
    assert gone not in server.asked[2], "it was told already"


def test_a_strict_server_is_asked_until_nothing_strange_is_left(server, talk_to):
    for name in ("stream_options", "top_k"):  # as Mistral and FastAPI say it
        detail = [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}]
        body = json.dumps({"detail": detail}).encode()
        server.scripts.append(Script(422, {"content-type": "application/json"}, [body]))
    _, completion = ask(talk_to(), top_k=3, seed=1)
    assert set(server.asked[2]) == {"model", "messages", "stream", "max_tokens", "seed"}
    assert completion.notes == ("top_k was left out: the model does not take it.",)


# What is read


def test_usage_model_and_timings_are_told(server, talk_to):
    server.scripts.append(Script(steps=speech("Hé", "llo", counted=usage(12, 3))))
    text, completion = ask(talk_to())
    assert text == "Héllo"
    assert completion.engine == "openai"
    assert completion.model == "gpt-5.4-mini-2026-03-17"
    assert completion.finish == "complete"
    assert completion.usage == Usage(input_tokens=12, output_tokens=3)
    assert completion.cost is None
    assert 0 < completion.timings["first_token"] <= completion.timings["total"]


def test_a_price_makes_a_cost_and_a_stated_cost_wins(server, talk_to):
    engine = talk_to(price_input_per_million=2, price_output_per_million="10")
    server.scripts.append(Script(steps=speech("a", counted=usage(1000, 100))))
    assert ask(engine)[1].cost == pytest.approx(0.003)
    server.scripts.append(Script(steps=speech("a", counted=usage(1000, 100, cost=0.00042))))
    assert ask(engine)[1].cost == 0.00042


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("stop", "complete"), ("length", "length"), ("model_length", "length"), ("content_filter", "refused")],
)
def test_how_it_ended(server, talk_to, reason, finish):
    server.scripts.append(Script(steps=speech("a", "b", finish=reason)))
    assert ask(talk_to())[1].finish == finish


def test_a_refusal_is_shown_and_called_one(server, talk_to):
    steps = [chunk({"refusal": "I can't help "}), chunk({"refusal": "with that."}), chunk({}, finish="stop")]
    server.scripts.append(Script(steps=[*steps, DONE]))
    text, completion = ask(talk_to())
    assert (text, completion.finish) == ("I can't help with that.", "refused")


def test_a_filter_before_the_model_is_a_refusal_too(server, talk_to):
    server.scripts.append(fault(400, "The prompt was filtered.", code="content_filter"))
    text, completion = ask(talk_to())
    assert (text, completion.finish) == ("", "refused")
    assert completion.notes == ("The prompt was filtered.",)


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (["<think>", "Hm. ", "2+2?", "</think>", "\n\n", "Four"], "Four"),
        (["<thi", "nk>a</th", "ink>F", "our"], "Four"),
        (["\n<think>\n\n</think>\n\nFour"], "Four"),
        (["<b>", "bold</b> <think>x</think>"], "<b>bold</b> <think>x</think>"),
        (["<th"], "<th"),
        ([" ", " a"], "  a"),
    ],
)
def test_thinking_aloud_is_no_answer(server, talk_to, words, read):
    server.scripts.append(Script(steps=speech(*words)))
    assert ask(talk_to())[0] == read


def test_reasoning_of_its_own_field_is_no_answer(server, talk_to):
    reasoning = [chunk({"reasoning_content": "Hm."}), chunk({"reasoning": "Hm.", "content": ""})]
    server.scripts.append(Script(steps=[*reasoning, *speech("Four")]))
    assert ask(talk_to())[0] == "Four"


def test_a_model_that_only_thought_says_why_there_is_nothing(server, talk_to):
    server.scripts.append(Script(steps=speech("<think>Hm, ", "hm", finish="length")))
    text, completion = ask(talk_to())
    assert (text, completion.finish) == ("", "length")
    assert completion.notes == ("The model thought until max_tokens and said nothing: give it more.",)


def test_content_may_come_in_parts(server, talk_to):
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    steps = [chunk({"content": [thought]}), chunk({"content": [{"type": "text", "text": "Four"}]})]
    server.scripts.append(Script(steps=[*steps, chunk({}, finish="stop"), DONE]))
    assert ask(talk_to(MistralChatEngine, api_key=KEY))[0] == "Four"


def test_a_server_that_does_not_stream_is_read_in_one_piece(server, talk_to):
    message = {"role": "assistant", "content": "All at once."}
    body = {
        "model": "old",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage(3, 4),
    }
    server.scripts.append(Script(200, {"content-type": "application/json"}, [json.dumps(body).encode()]))
    text, completion = ask(talk_to())
    assert (text, completion.model) == ("All at once.", "old")
    assert completion.usage == Usage(input_tokens=3, output_tokens=4)


def test_several_threads_ask_at_once_and_connections_are_used_again(server, talk_to):
    engine = talk_to()
    said: dict[int, str] = {}

    def talk(number: int) -> None:
        for turn in range(5):
            said[number * 10 + turn] = ask(engine, f"thread {number} turn {turn}")[0]

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {n * 10 + t: f"thread {n} turn {t}" for n in range(4) for t in range(5)}
    assert len({one.client for one in server.received}) < 20


# Names


def test_models_are_listed(talk_to):
    assert talk_to().models() == ("gpt-5.4-mini", "gpt-5.5", "llava:13b")


@pytest.mark.parametrize(
    "refusal",
    [
        fault(404, "The model `gpt-5.4-mimi` does not exist", code="model_not_found"),
        fault(400, "gpt-5.4-mimi is not a valid model ID"),
        fault(400, "Invalid model: gpt-5.4-mimi", code="1500"),
    ],
)
def test_an_unknown_model_is_said_with_the_closest(server, talk_to, refusal):
    server.scripts.append(refusal)
    with pytest.raises(UnknownEngineError, match=r"has no model 'gpt-5.4-mimi'") as caught:
        ask(talk_to(model="gpt-5.4-mimi"))
    assert caught.value.hint.startswith("Did you mean 'openai:gpt-5.4-mini'?")


def test_ollama_says_how_to_fetch_a_model(server, talk_to):
    server.models = None
    body = b'{"error": {"message": "model \\"lava\\" not found, try pulling it first", "type": "api_error"}}'
    server.scripts.append(Script(404, {"content-type": "application/json"}, [body]))
    with pytest.raises(UnknownEngineError) as caught:
        ask(talk_to(OllamaChatEngine, model="lava"))
    assert "ollama pull lava" in caught.value.hint


def test_a_wrong_path_is_suspected_where_nothing_is_known(server, talk_to):
    server.models = None
    with pytest.raises(UnknownEngineError) as caught:
        ask(talk_to(base_url=server.base_url.removesuffix("/v1")))
    assert "/v1" in caught.value.hint


@pytest.mark.parametrize("kind", [OllamaChatEngine, OpenAIChatEngine])
def test_without_a_model_it_asks_which(talk_to, kind):
    with pytest.raises(UnknownEngineError, match="Which model") as caught:
        ask(talk_to(kind, model=None))
    assert f"{kind.profile.name}:MODEL" in caught.value.hint
    assert "llava:13b" in caught.value.hint


def test_a_model_without_eyes_says_so(server, talk_to):
    said = "Invalid content type. image_url is only supported by certain models."
    server.scripts.append(fault(400, said))
    with pytest.raises(UnsupportedRequestError, match="does not look at pictures") as caught:
        ask(talk_to(), messages=[Message(text="?", images=(Image.new("RGB", (8, 8)),))])
    assert said in caught.value.message


def test_the_name_of_the_config_file_is_the_name_of_the_engine(server):
    options = {"uses": "openai", "base_url": server.base_url, "api_key": KEY}
    registry = ChatRegistry({"lab": EngineConfig(options=options)})
    registry.register("openai", OpenAIChatEngine)
    assert ask(registry.resolve("lab:m"))[1].engine == "lab"
    server.key = "another"
    with pytest.raises(CredentialsError, match="lab does not take the key") as caught:
        ask(registry.resolve("lab:m"))
    assert "(or as STUDIOLO_ENGINES__LAB__API_KEY)" in caught.value.hint
    registry.close()


# What each says of itself


@pytest.mark.parametrize("kind", ALL)
def test_availability_asks_for_a_key_where_one_is_needed(kind):
    available = kind().availability()
    assert available.ready is (kind not in HOSTED)
    if kind in HOSTED:
        profile = kind.profile
        assert (
            f"STUDIOLO_ENGINES__{profile.name.upper()}__API_KEY or {profile.key_variable}" in available.hint
        )
        assert kind(EngineConfig(options={"api_key": KEY})).availability().ready
        shut = kind(EngineConfig(options={"api_key": KEY}, offline=True)).availability()
        assert not shut.ready
        assert "STUDIOLO_OFFLINE" in shut.hint


@pytest.mark.parametrize("kind", ALL)
def test_every_profile_is_an_entry_point(kind, root):
    points = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]
    expected = f"studiolo.engines.openai.chat:{kind.__name__}"
    assert points["studiolo.chat_engines"][kind.profile.name] == expected
