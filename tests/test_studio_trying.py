"""Trying an engine that does not paint from words: it edits a small drawing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studiolo.gallery import Gallery
from studiolo.registry import build_registry
from studiolo.settings import Settings
from studiolo.studio import Studio


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    settings = Settings.load(engine="fake", threads=1)
    with Studio(settings, build_registry(settings), Gallery.open(settings.gallery_folder)) as studio:
        yield studio


def test_who_enlarges_is_tried_with_a_drawing(studio: Studio):
    trial = studio.try_engine("image", "realesrgan:animevideov3")
    assert (trial.ok, trial.said) == (True, "64x64, enlarged 2 times")
    assert trial.image is not None
    assert trial.image.size == (64, 64)


def test_who_cuts_out_is_tried_with_a_drawing(studio: Studio):
    trial = studio.try_engine("image", "cutout")
    assert (trial.ok, trial.said) == (True, "32x32, cut out")
    assert trial.image is not None
    assert trial.image.getpixel((16, 16)) == (255, 0, 0, 255)
    assert trial.image.getpixel((1, 1)) == (0, 0, 0, 0)


def test_a_network_that_was_not_pulled_is_a_trial_that_failed(studio: Studio):
    trial = studio.try_engine("image", "cutout:birefnet-lite")
    assert not trial.ok
    assert trial.hint == "Run: studiolo pull birefnet-lite"


def test_who_paints_is_tried_with_words(studio: Studio):
    trial = studio.try_engine("image", "fake")
    assert (trial.ok, trial.said) == (True, "256x256 in 4 steps")
