"""OpenAI's own client understands our server: so what the engine is tested against is right."""

from __future__ import annotations

import openai
import pytest

from tests.engines.openai.server import KEY, MODELS, fault, speech, usage


@pytest.fixture
def client(server):
    with openai.OpenAI(base_url=server.base_url, api_key=KEY, max_retries=0) as client:
        yield client


def test_their_client_reads_a_stream(server, client):
    server.scripts.append(_told(speech("Hé", "llo", counted=usage(7, 2))))
    messages = [{"role": "user", "content": "Hello?"}]
    options = {"include_usage": True}
    chunks = list(
        client.chat.completions.create(model="m", messages=messages, stream=True, stream_options=options)
    )
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Héllo"
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 2


def test_their_client_reads_our_faults(server, client):
    server.scripts.append(fault(429, "Slow down", {"retry-after": "3"}, code="rate_limit_exceeded"))
    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}], stream=True)
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.response.headers["retry-after"] == "3"


def test_their_client_lists_our_models(client):
    assert [model.id for model in client.models.list()] == list(MODELS)


def test_their_client_is_refused_what_their_types_do_not_have(server, client):
    with pytest.raises(openai.BadRequestError, match="no parameters"):
        client.chat.completions.create(
            model="m",
            messages=[{"role": "user", "content": "?"}],
            stream=True,
            extra_body={"temprature": 1},
        )


def test_the_parrot_repeats_and_is_cut(client):
    messages = [{"role": "user", "content": "one two three"}]
    chunks = list(
        client.chat.completions.create(model="m", messages=messages, stream=True, max_completion_tokens=2)
    )
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "one two"
    assert chunks[-1].choices[0].finish_reason == "length"


def _told(steps):
    from tests.engines.openai.server import Script

    return Script(steps=steps)
