"""What works here, and under which names."""

from __future__ import annotations

import openai
import pytest


def test_every_ready_engine_is_listed_once_with_what_it_is_for(client: openai.OpenAI):
    found = {model.id: model for model in client.models.list()}
    assert {"fake", "pocket", "espeak"} <= set(found)
    assert found["fake"].to_dict()["kinds"] == ["image", "chat", "speech"]
    assert found["pocket"].to_dict()["kinds"] == ["image", "chat"]
    assert all(model.object == "model" and model.owned_by == "studiolo" for model in found.values())


def test_an_engine_that_lacks_something_is_not_listed(client: openai.OpenAI):
    assert "replicate" not in {model.id for model in client.models.list()}


@pytest.mark.parametrize("name", ["fake", "pocket", "fake:any/model", "openai:gpt-5.2"])
def test_an_engine_is_found_by_every_name_a_request_may_give(client: openai.OpenAI, name: str):
    assert client.models.retrieve(name).id == name


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("gpt-4o", ["chat"]),
        ("gpt-6.2-sol", ["chat"]),
        ("o4-mini", ["chat"]),
        ("chatgpt-4o-latest", ["chat"]),
        ("dall-e-3", ["image"]),
        ("gpt-image-2", ["image"]),
        ("chatgpt-image-latest", ["image"]),
        ("tts-1-hd", ["speech"]),
        ("gpt-4o-mini-tts", ["speech"]),
    ],
)
def test_a_name_of_openais_stands_for_the_studios_engine_of_that_kind(
    client: openai.OpenAI, name: str, kinds: list[str]
):
    assert client.models.retrieve(name).to_dict()["kinds"] == kinds


@pytest.mark.parametrize("name", ["claude-5", "gpt-audio-mini", "gpt-4o-transcribe", "whisper-1", "x:y"])
def test_any_other_name_is_unknown(client: openai.OpenAI, name: str):
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve(name)
    assert caught.value.code == "model_not_found"
    assert name in caught.value.message


def test_an_unknown_address_is_refused_in_the_same_words(client: openai.OpenAI):
    with pytest.raises(openai.NotFoundError) as caught:
        client.embeddings.create(model="fake", input="x")
    assert caught.value.type == "invalid_request_error"
    assert caught.value.request_id
