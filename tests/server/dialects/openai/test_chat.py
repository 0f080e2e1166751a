"""Conversations, as OpenAI's client has them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Any

import openai
import pytest

from studiolo.chat import ChatCapabilities, ChatRequest, Completion
from studiolo.engines.base import ChatEngine, EngineConfig
from studiolo.errors import BrokenStreamError, CredentialsError, RateLimitedError, StudioloError
from studiolo.requests import Progress, ProgressCallback, ignore_progress
from tests.server.dialects.openai.pictures import data_uri, png
from tests.server.serving import TIMEOUT_S, Serving


def user(*content: Any) -> Any:
    """A user's turn: words, and addresses of pictures."""
    parts = [
        {"type": "text", "text": part}
        if not part.startswith(("data:", "picture:", "http"))
        else {"type": "image_url", "image_url": {"url": part, "detail": "auto"}}
        for part in content
    ]
    return {"role": "user", "content": parts}


def said(client: openai.OpenAI, *messages: Any, model: str = "fake", **more: Any) -> str:
    completion = client.chat.completions.create(model=model, messages=list(messages), **more)
    return completion.choices[0].message.content or ""


def test_a_plain_question_is_answered(client: openai.OpenAI):
    completion = client.chat.completions.create(
        model="fake", messages=[{"role": "user", "content": "say this again"}]
    )
    [choice] = completion.choices
    assert (choice.message.role, choice.message.content) == ("assistant", "say this again")
    assert choice.finish_reason == "stop"
    assert completion.model == "fake"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 6


def test_an_answer_is_cut_where_the_client_says(client: openai.OpenAI):
    for limit in ("max_tokens", "max_completion_tokens"):
        completion = client.chat.completions.create(
            model="fake", messages=[{"role": "user", "content": "one two three"}], **{limit: 2}
        )
        assert completion.choices[0].message.content == "one two"
        assert completion.choices[0].finish_reason == "length"


def test_a_stream_brings_the_words_one_by_one_and_then_what_they_took(client: openai.OpenAI):
    stream = client.chat.completions.create(
        model="fake",
        messages=[{"role": "user", "content": "words in a row"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    *chunks, last = list(stream)
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content]
    assert pieces == ["words", " in", " a", " row"]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert len({chunk.id for chunk in (*chunks, last)}) == 1
    assert not last.choices
    assert last.usage is not None
    assert (last.usage.prompt_tokens, last.usage.completion_tokens) == (4, 4)


def test_a_stream_without_the_option_says_nothing_of_tokens(client: openai.OpenAI):
    stream = client.chat.completions.create(
        model="fake", messages=[{"role": "user", "content": "hi"}], stream=True
    )
    assert all(chunk.usage is None and chunk.choices for chunk in stream)


def test_a_picture_is_seen_from_an_address_that_holds_it_and_from_the_gallery(
    client: openai.OpenAI, server: Serving
):
    [picture] = server.studio.generate("a red apple", engine="fake")
    held = data_uri(png())
    own = f"{server.address}/api/pictures/{picture.id}/image"
    for addresses in ([held], [f"picture:{picture.id}"], [own], [held, own]):
        assert said(client, user("what?", *addresses)) == f"[{len(addresses)} seen] what?"


def test_systems_and_developers_words_come_first(start: Callable[..., Serving], connect: Any):
    heard: list[ChatRequest] = []
    serving = start()
    serving.studio.chat.register("listener", lambda config: Listener(config, heard))
    client = connect(serving)
    turns: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": [{"type": "text", "text": "hi"}]},
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "what"}, {"type": "text", "text": "now"}]},
    ]
    said(client, *turns, model="listener:m", temperature=0.3, top_p=0.9, seed=-1, stop=["x"],
         extra_body={"top_k": 5})  # fmt: skip
    [request] = heard
    assert [(message.role, message.text) for message in request.messages] == [
        ("system", "Be brief.\n\nBe kind."),
        ("user", "hello"),
        ("assistant", "hi"),
        ("user", "what\nnow"),
    ]
    knobs = (request.temperature, request.top_p, request.top_k, request.stop, request.seed)
    assert knobs == (0.3, 0.9, 5, ("x",), 2**32 - 1)


class Listener(ChatEngine):
    """Keeps what it was asked, and answers in the form it is asked for."""

    def __init__(self, config: EngineConfig, heard: list[ChatRequest]) -> None:
        super().__init__(config)
        self.heard = heard

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities(description="Listens.", vision=False, structured=True)

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        self.heard.append(request)
        yield '{"a": 1}' if request.json_schema else "yes"
        return Completion(engine="listener", model="m")


def test_an_answer_in_a_form_is_asked_of_engines_that_can_promise_it(start: Any, connect: Any):
    heard: list[ChatRequest] = []
    serving = start()
    serving.studio.chat.register("listener", lambda config: Listener(config, heard))
    client = connect(serving)
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    form = {"type": "json_schema", "json_schema": {"name": "it", "schema": schema, "strict": True}}
    assert said(client, user("go"), model="listener", response_format=form) == '{"a": 1}'
    assert said(client, user("go"), model="listener", response_format={"type": "json_object"}) == '{"a": 1}'
    assert [request.json_schema for request in heard] == [schema, {"type": "object"}]
    for model in ("fake", "pocket"):
        with pytest.raises(openai.BadRequestError, match="response_format"):
            said(client, user("go"), model=model, response_format=form)


def test_the_pocket_assistant_answers_about_a_picture(client: openai.OpenAI):
    blue = data_uri(png("blue", (256, 256)))
    assert "blue" in said(client, user("What colour is it?", blue), model="pocket").lower()
    assert "blue" in said(client, user(blue), model="pocket").lower()  # no question: a description


def test_the_pocket_assistant_answers_about_each_picture(client: openai.OpenAI):
    red, blue = (data_uri(png(colour, (256, 256))) for colour in ("red", "blue"))
    first, second = said(client, user("What colour is it?", red, blue), model="pocket").lower().split("\n")
    assert first.startswith("picture 1: ")
    assert "red" in first
    assert "blue" in second


def test_the_pocket_assistant_remembers_the_picture_of_an_earlier_turn(client: openai.OpenAI):
    blue = data_uri(png("blue", (256, 256)))
    turns = [
        user("Describe it.", blue),
        {"role": "assistant", "content": "A field."},
        user("What colour is it?"),
    ]
    assert "blue" in said(client, *turns, model="pocket").lower()


def test_without_a_picture_the_pocket_assistant_says_what_it_does(client: openai.OpenAI):
    assert "Send me a picture" in said(client, user("Who are you?"), model="pocket")


def test_a_name_of_openais_means_the_studios_assistant(start: Callable[..., Serving], connect: Any):
    client = connect(start(assistant="fake:mini"))
    completion = client.chat.completions.create(model="gpt-4o", messages=[user("echo")])
    assert completion.choices[0].message.content == "echo"
    assert completion.model == "fake:mini"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "assistant", "content": "I?"}]}, "no question"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "1"}]}, "tool_call_id"),
        ({"messages": [user("see", "data:image/png;base64,AAAA")]}, "picture"),
        ({"messages": [user("see", "http://127.0.0.1/a.png")]}, "public"),
        ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "input_audio"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"n": 2}, "'n'"),
        ({"logprobs": True}, "logprobs"),
        ({"temperature": 9}, "temperature"),
        ({"stop": ["1", "2", "3", "4", "5"]}, "stop"),
        ({"extra_body": {"min_p": 1}}, "min_p"),
        ({"max_tokens": 0}, "max_tokens"),
    ],
)
def test_what_cannot_be_done_is_a_bad_request_that_names_it(
    client: openai.OpenAI, fields: dict[str, Any], told: str
):
    asked: dict[str, Any] = {"model": "fake", "messages": [user("hi")], **fields}
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**asked)
    assert told in caught.value.message
    assert caught.value.type == "invalid_request_error"


def test_what_changes_nothing_is_taken(client: openai.OpenAI):
    usual = {"user": "me", "metadata": {"a": "b"}, "store": False, "service_tier": "auto", "tools": [],
             "frequency_penalty": 0, "presence_penalty": 0, "logit_bias": {}}  # fmt: skip
    assert said(client, user("hi"), extra_body=usual) == "hi"


def test_an_unknown_model_is_not_found(client: openai.OpenAI):
    with pytest.raises(openai.NotFoundError) as caught:
        said(client, user("hi"), model="fale")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    assert "Did you mean 'fake'?" in caught.value.message


class Failing(ChatEngine):
    """Raises ``error`` after ``words``."""

    def __init__(self, error: StudioloError, words: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.error, self.words, self.asked = error, words, 0

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities(description="Fails.", vision=False)

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        self.asked += 1
        yield from self.words
        raise self.error


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("error", "expected", "asked"),
    [
        (CredentialsError("No key.", hint="Set one."), openai.InternalServerError, 1),
        (RateLimitedError("Slowly.", retry_after_s=0.01), openai.RateLimitError, 2),
    ],
)
def test_a_fault_before_the_first_word_has_its_status_and_is_asked_again_only_if_that_may_help(
    server: Serving,
    connect: Any,
    error: StudioloError,
    expected: type[openai.APIError],
    asked: int,
    stream: bool,
):
    engine = Failing(error)
    server.studio.chat.register("failing", lambda config: engine)
    client = connect(server, max_retries=1)
    with pytest.raises(expected, match=error.message):
        client.chat.completions.create(model="failing", messages=[user("hi")], stream=stream)
    assert engine.asked == asked


def test_an_answer_that_breaks_off_ends_the_stream_with_the_error(server: Serving, client: openai.OpenAI):
    broken = BrokenStreamError("The line broke.", hint="Ask again.")
    server.studio.chat.register("failing", lambda config: Failing(broken, ("one ", "two")))
    stream = client.chat.completions.create(model="failing", messages=[user("hi")], stream=True)
    heard: list[str] = []
    with pytest.raises(openai.APIError, match=r"The line broke\. Ask again\."):
        heard.extend(chunk.choices[0].delta.content or "" for chunk in stream)
    assert "".join(heard) == "one two"


class Endless(ChatEngine):
    """Waits, or talks, until it is told to stop."""

    def __init__(self, *, talks: bool) -> None:
        super().__init__()
        self.talks = talks
        self.begun, self.ended = threading.Event(), threading.Event()

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities(description="Never ends.", vision=False)

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        try:
            while True:
                progress(Progress(step=0, total=1, stage="waiting"))
                self.begun.set()
                threading.Event().wait(0.05)
                if self.talks:
                    yield "word "
        finally:
            self.ended.set()


@pytest.mark.parametrize("talks", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_who_hangs_up_ends_the_talk(server: Serving, connect: Any, talks: bool, stream: bool):
    engine = Endless(talks=talks)
    server.studio.chat.register("endless", lambda config: engine)
    client = connect(server, timeout=2.0)
    if talks and stream:
        with client.chat.completions.create(model="endless", messages=[user("hi")], stream=True) as words:
            next(iter(words))
            assert engine.begun.is_set()
    else:
        with pytest.raises(openai.APITimeoutError):
            client.chat.completions.create(model="endless", messages=[user("hi")], stream=stream)
    assert engine.ended.wait(TIMEOUT_S)


def test_pictures_are_counted_before_any_is_opened(client: openai.OpenAI):
    """None of these is there: who opened the first would say so, and not how many there are."""
    with pytest.raises(openai.BadRequestError, match="shows 17 pictures; at most 16"):
        said(client, *[user("picture:1kqz8m4t2-7k3f")] * 17)
