"""Who may ask, and how it is said that somebody may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openai
import pytest

from studiolo.server.dialects.openai.attempts import Patience
from tests.server.serving import Serving

Connect = Callable[..., openai.OpenAI]


@pytest.fixture
def guarded(start: Callable[..., Serving]) -> Serving:
    """A server that lets nobody in without a token."""
    return start(server_tokens=True)


def test_on_this_machine_any_key_will_do(server: Serving, connect: Connect):
    assert list(connect(server, api_key="sk-of-somebody-elses").models.list())


@pytest.mark.parametrize("key", ["studiolo_wrong", "sk-1"])
def test_a_wrong_key_is_an_authentication_error(guarded: Serving, connect: Connect, key: str):
    client = connect(guarded, api_key=key)
    for ask in (
        lambda: client.models.list(),
        lambda: client.images.generate(model="fake", prompt="a boat"),
        lambda: client.chat.completions.create(model="fake", messages=[{"role": "user", "content": "hi"}]),
        lambda: client.audio.speech.create(model="fake", voice="alloy", input="hi"),
    ):
        with pytest.raises(openai.AuthenticationError) as caught:
            ask()
        assert caught.value.code == "invalid_api_key"
    assert guarded.studio.gallery.count() == 0


def test_a_token_is_a_key_as_far_as_its_scopes_go(guarded: Serving, connect: Connect):
    tokens = guarded.studio.gallery.tokens
    _, painter = tokens.create("painter", ["generate"])
    _, reader = tokens.create("reader", ["read"])
    assert connect(guarded, api_key=painter).images.generate(model="fake", prompt="a boat").data
    looking = connect(guarded, api_key=reader)
    assert list(looking.models.list())
    with pytest.raises(openai.PermissionDeniedError, match="'generate'") as caught:
        looking.images.generate(model="fake", prompt="a boat")
    assert caught.value.code == "insufficient_permissions"
    assert guarded.studio.gallery.count() == 1


def test_an_address_needs_the_token_too(guarded: Serving, connect: Connect):
    _, secret = guarded.studio.gallery.tokens.create("painter", ["generate"])
    answer = connect(guarded, api_key=secret).images.generate(
        model="fake", prompt="a boat", response_format="url"
    )
    assert answer.data is not None
    url = answer.data[0].url or ""
    assert guarded.get(url).status_code == 401
    assert guarded.get(url, headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_another_callers_key_for_a_request_is_another_request(guarded: Serving, connect: Connect):
    secrets = [guarded.studio.gallery.tokens.create(name, ["generate"])[1] for name in ("one", "two")]
    made: set[Any] = set()
    for secret in secrets:
        client = connect(guarded, api_key=secret, default_headers={"Idempotency-Key": "same"})
        answer = client.images.generate(model="fake", prompt="a boat")
        made.add((answer.data or [])[0].to_dict()["id"])
    assert len(made) == 2
    assert {job.owner for job in guarded.studio.jobs.list()[0]} == {
        token.id for token in guarded.studio.gallery.tokens.list()
    }


@pytest.mark.parametrize(
    ("patience", "waited_s", "returns"),
    [
        (Patience(timeout_s=600), 600.2, True),
        (Patience(timeout_s=600), 20, False),
        (Patience(key="mine", timeout_s=600), 20, True),
        (Patience(), 9999, False),
    ],
)
def test_only_who_waited_as_long_as_it_does_will_be_back(patience: Patience, waited_s: float, returns: bool):
    assert patience.will_return(waited_s) is returns
