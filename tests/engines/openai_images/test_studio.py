"""Our engine at our own server: what goes in at one end comes out at the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studiolo.engines.base import EngineConfig
from studiolo.engines.fake import FakeImageEngine
from studiolo.engines.openai.images import OpenAIImageEngine
from studiolo.errors import EngineError, UnknownEngineError
from studiolo.testing import ImageEngineContract
from tests.engines.openai_images.asking import complete, painted, right_half, shaded
from tests.server.serving import Serving, open_studio, serve


@pytest.fixture
def serving(home) -> Iterator[Serving]:
    with open_studio() as studio, serve(studio) as running:
        yield running


@pytest.fixture
def engine(serving: Serving) -> Iterator[OpenAIImageEngine]:
    with attic(serving.address) as engine:
        yield engine


def attic(address: str, *, model: str = "fake") -> OpenAIImageEngine:
    """``attic:MODEL``, as the settings make it."""
    options = {"base_url": f"{address}/v1", "image_dialect": "studiolo"}
    return OpenAIImageEngine(EngineConfig(name="attic", model=model, options=options))


def alone(**fields):
    """What the other studio's engine paints of the same request."""
    engine = FakeImageEngine()
    return painted(engine, **fields)[0].image.tobytes()


KNOBS = {"width": 96, "height": 64, "steps": 3, "guidance_scale": 4.0, "negative_prompt": "leaf"}


def test_a_picture_is_what_the_other_studio_paints(engine, serving):
    (made,) = painted(engine, **KNOBS)
    assert made.image.tobytes() == alone(**KNOBS)
    (kept,) = serving.studio.gallery.list().pictures
    assert (kept.prompt, kept.seed) == ("a red apple", 7)


def test_a_picture_to_start_from_and_a_mask_get_there(engine):
    fields = {
        **KNOBS, "init_image": shaded(96, 64), "mask": right_half(96, 64), "strength": 0.5, "seam": "precise",
    }  # fmt: skip
    (made,) = painted(engine, **fields)
    assert made.image.tobytes() == alone(**fields)


def test_a_variation_needs_no_words(engine, serving):
    (made,) = painted(engine, prompt="", references=[shaded(96, 64)], width=96, height=64)
    assert made.image.size == (96, 64)


def test_previews_come_through(engine):
    reports = []
    painted(engine, reports.append, **KNOBS, options={"partial_images": 2})
    assert (reports[-1].step, reports[-1].total) == (3, 3)


def test_what_the_other_studio_refuses_is_said_as_it_says_it(engine):
    with pytest.raises(EngineError, match=r"no scheduler 'no-such-scheduler'\. Its schedulers: euler"):
        painted(engine, **KNOBS, scheduler="no-such-scheduler")


def test_an_engine_it_does_not_have(serving):
    with attic(serving.address, model="fakes") as other:
        complete(other, **KNOBS)
        with pytest.raises(UnknownEngineError, match="no model 'fakes'") as caught:
            painted(other, **KNOBS)
    assert "Did you mean 'attic:fake'?" in caught.value.hint


class TestContract(ImageEngineContract):
    in_turn = False
    fields = {"width": 96, "height": 64, "steps": 2}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def _serve(self, serving: Serving) -> None:
        self._address = serving.address

    def make_engine(self) -> OpenAIImageEngine:
        return attic(self._address)
