"""Boxes out of maps, windows around boxes, copies that decide together, confidences, meanings."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from studiolo.assistant.pocket.recogniser import finding, naming
from studiolo.assistant.pocket.recogniser.meaning import Meaning
from studiolo.assistant.pocket.recogniser.networks import Networks
from studiolo.assistant.pocket.recogniser.recogniser import calibrated
from studiolo.engines.pocket.drawings import DrawingLibrary


def told(*peaks: tuple[int, int, float, float]) -> np.ndarray:
    """A map of 16x16 cells: (row, column, logit, reach) of each peak."""
    found = np.full((5, 16, 16), -9.0, np.float32)
    found[1:] = 1.0
    for row, column, logit, reach in peaks:
        found[0, row, column] = logit
        found[1:, row, column] = reach
    return found


def test_a_peak_is_a_box_around_its_cell() -> None:
    boxes, sure = finding.boxes(told((8, 4, 2.0, 10.0)))
    assert boxes[0] == pytest.approx(np.array([8, 24, 28, 44]) / 64)
    assert sure[0] == pytest.approx(1 / (1 + np.exp(-2.0)))


def test_boxes_stay_inside_and_the_surest_comes_first() -> None:
    boxes, sure = finding.boxes(told((1, 1, 0.0, 30.0), (12, 12, 3.0, 5.0)))
    assert sure.tolist() == sorted(sure.tolist(), reverse=True)
    assert boxes.min() >= 0
    assert boxes[1].tolist()[:2] == [0, 0]


def test_of_two_boxes_of_one_thing_the_surer_stays() -> None:
    boxes, _ = finding.boxes(told((8, 8, 2.0, 20.0), (8, 10, 1.0, 20.0), (2, 2, 1.0, 5.0)))
    assert len(boxes) == 2


@pytest.mark.parametrize(
    ("size", "expected"),
    [((512, 512), (256, 256)), ((1024, 512), (352, 192)), ((4000, 10), (512, 128)), ((1, 1), (256, 256))],
)
def test_pictures_come_to_the_finders_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert finding.to_finder(Image.new("RGB", size)).shape == (expected[1], expected[0], 3)


def test_a_window_beyond_the_picture_goes_on_with_its_edge() -> None:
    picture = Image.new("RGB", (100, 100), "red")
    picture.paste("blue", (0, 0, 100, 20))
    window = naming.windows(picture, np.array([[0.5, 0.0, 1.0, 0.2]], np.float32))[0]
    assert window.shape == (naming.SIDE, naming.SIDE, 3)
    assert window[0, 0].tolist() == [0, 0, 255]
    assert window[-1, -1].tolist() == [255, 0, 0]


def test_copies_of_one_thing_decide_together() -> None:
    rng = np.random.default_rng(0)
    thing, other = rng.normal(size=(2, 200)).astype(np.float32)
    logits = np.stack([thing, thing + 0.1 * other, other])
    shared = naming.together(logits)
    assert shared[0] == pytest.approx(shared[1])
    assert shared[2] == pytest.approx(other)


def test_the_best_name_is_as_likely_as_its_confidence_and_the_others_share_the_rest() -> None:
    p = np.array([[0.6, 0.3, 0.1]], np.float32)
    names = calibrated(p, np.array([20.0]), np.array([0.5]))[0]
    assert names == pytest.approx([0.5, 0.375, 0.125], abs=1e-3)
    nothing = calibrated(p, np.array([-20.0]), np.array([0.1]))[0]
    assert nothing == pytest.approx([0.1, 0, 0], abs=1e-3)


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    facts = Networks(threads=1).facts
    return Meaning(facts.names, facts.kinds)


@pytest.mark.parametrize(
    ("noun", "meant", "not_meant"),
    [
        ("dog", ("dog", "dog face", "guide dog", "poodle"), ("cat", "hot dog")),
        ("car", ("automobile", "racing car"), ("bus stop",)),
        ("apple", ("red apple", "green apple"), ("pineapple",)),
        ("octopus", ("octopus",), ("cactus",)),
        ("animal", ("octopus", "poodle", "badger"), ("cactus", "automobile")),
        ("vehicle", ("ambulance", "bicycle"), ("red apple",)),
        ("plant", ("cactus", "sunflower"), ("poodle",)),
    ],
)
def test_a_noun_means_the_names_that_are_one(
    meaning: Meaning, noun: str, meant: tuple[str, ...], not_meant: tuple[str, ...]
) -> None:
    weights = dict(zip(DrawingLibrary().names, meaning.weights(noun).tolist(), strict=True))
    assert {name: weights[name] for name in meant if name in weights and weights[name] < 0.9} == {}
    assert {name: weights[name] for name in not_meant if name in weights and weights[name] > 0.4} == {}
    assert any(name in weights for name in meant)
