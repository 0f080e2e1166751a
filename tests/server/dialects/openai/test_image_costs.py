"""Pictures that cost money, are declined, or come out of order, for a client of OpenAI's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import openai
import pytest

from studiolo.engines.fake import FakeImageEngine
from studiolo.errors import ContentRefusedError
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress
from tests.jobs.engines import LastFirst, Priced
from tests.server.serving import Serving


class Prim(FakeImageEngine):
    """Declines."""

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        raise ContentRefusedError("It declined to paint this.", hint="Say it in other words.")


@pytest.fixture
def limited(start: Callable[..., Serving], connect: Callable[..., openai.OpenAI]) -> openai.OpenAI:
    """A client of a server that spends ten cents a call at most."""
    server = start(max_cost=0.1)
    for name, engine in (("priced", Priced), ("last-first", LastFirst), ("prim", Prim)):
        server.studio.registry.register(name, engine)
    return connect(server)


def test_the_servers_limit_holds_here_too(limited: openai.OpenAI):
    with pytest.raises(openai.APIStatusError, match=r"\$0\.16") as caught:
        limited.images.generate(model="priced", prompt="an apple", n=4)
    assert (caught.value.status_code, caught.value.code) == (402, "cost_limit")
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert len(limited.images.generate(model="priced", prompt="an apple", n=2).data or []) == 2


@pytest.mark.parametrize("stream", [False, True])
def test_a_filter_that_declines_says_so(limited: openai.OpenAI, stream: bool):
    with pytest.raises(openai.APIError, match="declined to paint") as caught:
        list(limited.images.generate(model="prim", prompt="an apple", stream=stream))
    assert caught.value.code == "moderation_blocked"
    if not stream:
        assert isinstance(caught.value, openai.BadRequestError)


def test_pictures_out_of_order_are_all_there(limited: openai.OpenAI):
    """The last is finished first; a stream brings each once, an answer has them by their seeds."""
    events = limited.images.generate(
        model="last-first", prompt="an apple", n=2, stream=True, extra_body={"seed": 5}
    )
    assert [event.to_dict()["seed"] for event in events] == [6, 5]
    answer = limited.images.generate(model="last-first", prompt="a pear", n=2, extra_body={"seed": 5})
    assert [one.to_dict()["seed"] for one in answer.data or []] == [5, 6]
