"""Things found by words in pictures whose things are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studiolo.assistant.pocket.assistant import PocketAssistant
from studiolo.embedding import TextEmbedder
from studiolo.errors import InvalidRequestError
from studiolo.imaging.outlining import Box, boxes_mask
from studiolo.requests import SourceImage

from .drawn import PHOTOGRAPHS

EXAMPLE = Path(__file__).parents[3] / "docs" / "images" / "first-picture.png"
# Left, top, right, bottom in shares of it: looked up in the picture.
APPLES = (0.10, 0.65, 0.47, 0.84)
CAR = (0.50, 0.52, 0.97, 0.85)


@pytest.fixture(scope="module")
def assistant() -> PocketAssistant:
    """The package's own recogniser."""
    return PocketAssistant(embedder=TextEmbedder(), threads=1)


@pytest.fixture(scope="module")
def picture() -> SourceImage:
    """Two red apples left of a blue car in the snow, by the pocket painter."""
    return SourceImage(EXAMPLE)


def share_inside(mask: Image.Image, boxes: Sequence[Box]) -> float:
    """How much of what is white lies in the boxes."""
    white, inside = np.asarray(mask) > 0, np.asarray(boxes_mask(mask.size, boxes)) > 0
    return float((white & inside).sum() / white.sum())


@pytest.mark.parametrize(
    ("words", "boxes"),
    [
        ("the blue car", [CAR]),
        ("apples", [APPLES]),
        ("red apples and the car", [APPLES, CAR]),
        ("the car on the right", [CAR]),
        ("das Auto", [CAR]),
        ("사과", [APPLES]),
    ],
)
def test_things_are_found_where_they_stand(
    assistant: PocketAssistant,
    picture: SourceImage,
    words: str,
    boxes: list[tuple[float, float, float, float]],
):
    found = assistant.locate(picture, words)
    assert (found.mask.mode, found.mask.size) == ("L", picture.size)
    assert share_inside(found.mask, boxes) > 0.93
    for box in boxes:
        covered = np.asarray(found.mask.crop(tuple(int(side * picture.size[0]) for side in box))) > 0
        assert covered.mean() > 0.3
    assert found.confidence > 0.5
    assert found.note.startswith("mask: ")
    assert "pocket recogniser" in found.note


@pytest.mark.parametrize("words", ["a dog", "the car on the left", "green apples", "???"])
def test_what_is_not_there_is_said_with_what_is(assistant: PocketAssistant, picture: SourceImage, words: str):
    with pytest.raises(InvalidRequestError, match=r"was not found in the picture: I see .*car") as caught:
        assistant.locate(picture, words)
    assert "paint a mask" in caught.value.hint


def test_of_a_photograph_it_says_how_little_it_knows(assistant: PocketAssistant):
    with pytest.raises(InvalidRequestError, match="of photographs the pocket recogniser knows little"):
        assistant.locate(SourceImage(PHOTOGRAPHS / "gravel.jpg"), "the lighthouse")
