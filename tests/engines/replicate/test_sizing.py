"""Sizes in the words of a model."""

from __future__ import annotations

from typing import Any

import pytest

from studiolo.engines.replicate.schema import Input
from studiolo.engines.replicate.sizing import SIZES, size_for
from studiolo.errors import InvalidRequestError
from tests.engines.replicate import sizes

SHAPES = tuple(SIZES)


def takes(**choices: tuple[str, ...]) -> dict[str, Input]:
    return {name: Input(name=name, kind="string", choices=each) for name, each in choices.items()}


def side(name: str, **more: Any) -> Input:
    return Input(name=name, kind="integer", **more)


def asked(
    inputs: dict[str, Input], width: int, height: int, *, from_picture: bool = False
) -> dict[str, object]:
    return dict(size_for(inputs, (width, height), model="a/b", from_picture=from_picture))


def test_the_table_of_shapes_is_what_flux_paints():
    assert sizes.SIZES == SIZES


@pytest.mark.parametrize("shape", SHAPES)
def test_each_size_that_is_painted_for_a_shape_is_that_shape(shape):
    width, height = SIZES[shape]
    both = takes(aspect_ratio=SHAPES, megapixels=("1", "0.25"))
    assert asked(both, width, height) == {"aspect_ratio": shape, "megapixels": "1"}
    assert asked(both, width // 2, height // 2) == {"aspect_ratio": shape, "megapixels": "0.25"}


def test_another_size_of_that_shape_is_near_enough():
    assert asked(takes(aspect_ratio=("1:1", "16:9")), 1920, 1080) == {"aspect_ratio": "16:9"}


def test_a_shape_it_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(InvalidRequestError, match="does not paint 1000x200") as caught:
        asked(takes(aspect_ratio=("match_input_image", "1:1", "3:2")), 1000, 200)
    assert caught.value.hint == "Its shapes (width to height): 1:1, 3:2."


def test_a_picture_keeps_its_shape_where_the_model_can():
    choices = ("match_input_image", "1:1")
    assert asked(takes(aspect_ratio=choices), 1000, 200, from_picture=True) == {
        "aspect_ratio": "match_input_image"
    }
    assert asked(takes(aspect_ratio=("1:1",)), 1000, 200, from_picture=True) == {}


def test_pixels_count_only_where_the_shape_is_left_to_them():
    inputs = {"width": side("width"), "height": side("height"), **takes(aspect_ratio=("custom", "1:1"))}
    assert asked(inputs, 640, 480) == {"width": 640, "height": 480, "aspect_ratio": "custom"}


@pytest.mark.parametrize(
    ("height", "must"), [(2000, "from 256 to 1440"), (1000, "a multiple of 32"), (128, "from 256 to 1440")]
)
def test_a_side_out_of_bounds_is_refused(height, must):
    bounds = {"minimum": 256, "maximum": 1440, "description": "Must be a multiple of 32."}
    inputs = {"width": side("width", **bounds), "height": side("height", **bounds)}
    with pytest.raises(InvalidRequestError, match=f"its height must be {must}"):
        asked(inputs, 512, height)


def test_a_list_of_sizes_is_held_to():
    inputs = takes(size=("1024x1024", "1536x1024", "auto"))
    assert asked(inputs, 1536, 1024) == {"size": "1536x1024"}
    with pytest.raises(InvalidRequestError) as caught:
        asked(inputs, 512, 512)
    assert caught.value.hint == "It paints: 1024x1024, 1536x1024."


def test_about_how_many_pixels():
    inputs = takes(aspect_ratio=("1:1",), resolution=("match_input_image", "0.5 MP", "1 MP", "4 MP"))
    assert asked(inputs, 2048, 2048) == {"aspect_ratio": "1:1", "resolution": "4 MP"}


def test_a_model_that_decides_itself_is_told_nothing():
    assert asked(takes(), 123, 456) == {}
