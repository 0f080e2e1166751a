"""The contract every engine keeps, and what is special about this one."""

from __future__ import annotations

import numpy as np
import pytest
from studiolo_flowfield import FlowFieldEngine
from studiolo_flowfield.painting import palette

from studiolo import ImageRequest, InvalidRequestError
from studiolo.engines.resolving import resolve
from studiolo.testing import ImageEngineContract


class TestContract(ImageEngineContract):
    prompt = "teal and gold currents"
    fields = {"width": 96, "height": 64, "steps": 10}  # noqa: RUF012 - read, never written

    def make_engine(self) -> FlowFieldEngine:
        return FlowFieldEngine()


def mean_colour(prompt: str) -> np.ndarray:
    engine = FlowFieldEngine()
    request = resolve(engine.capabilities, ImageRequest(prompt=prompt, width=128, height=128, seed=1))
    return np.asarray(next(engine.generate(request)).image).mean(axis=(0, 1))


def test_the_prompt_chooses_ink_and_paper() -> None:
    red, green, night = mean_colour("red"), mean_colour("green"), mean_colour("red at night")
    assert red[0] > green[0]
    assert green[1] > red[1]
    assert night.mean() < 0.5 * red.mean()


def test_a_prompt_without_colours_has_its_own() -> None:
    assert not np.array_equal(palette("a quiet morning")[0], palette("a loud evening")[0])


@pytest.mark.parametrize("swirl", ["much", -1, 11, True, None])
def test_a_wrong_option_is_said(swirl: object) -> None:
    request = ImageRequest.parse({"prompt": "red", "options": {"swirl": swirl}})
    with pytest.raises(InvalidRequestError, match="Use 0 to 10"):
        next(FlowFieldEngine().generate(request))
