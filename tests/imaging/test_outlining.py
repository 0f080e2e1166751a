"""Outlines of things whose shape is known, found from a box around them."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from studiolo.imaging.outlining import boxes_mask, outline


def scene() -> tuple[Image.Image, Image.Image]:
    """A red disc on speckled green, and where it is."""
    rng = np.random.default_rng(7)
    ground = np.clip(rng.normal((60, 140, 70), 9, (120, 160, 3)), 0, 255).astype(np.uint8)
    picture, truth = Image.fromarray(ground), Image.new("L", (160, 120), 0)
    for image, colour in ((picture, (190, 40, 40)), (truth, 255)):
        ImageDraw.Draw(image).ellipse((50, 30, 110, 90), fill=colour)
    return picture, truth


def overlap(a: Image.Image, b: Image.Image) -> float:
    """Intersection over union."""
    x, y = np.asarray(a) > 0, np.asarray(b) > 0
    return float((x & y).sum() / (x | y).sum())


def test_a_disc_is_cut_out_of_its_box():
    picture, truth = scene()
    box = (48 / 160, 28 / 120, 112 / 160, 92 / 120)
    found = outline(picture, box)
    assert (found.mode, found.size) == ("L", picture.size)
    assert sorted(value for _, value in found.getcolors() or []) == [0, 255]
    assert overlap(found, truth) > 0.93 > overlap(boxes_mask(picture.size, [box]), truth)


def test_the_same_picture_has_the_same_outline_each_time():
    picture, _ = scene()
    box = (0.3, 0.25, 0.7, 0.76)
    assert outline(picture, box).tobytes() == outline(picture, box).tobytes()


def test_something_else_of_its_colour_in_a_corner_of_the_box_is_left_out():
    picture, truth = scene()
    ImageDraw.Draw(picture).ellipse((114, 94, 122, 102), fill=(190, 40, 40))
    assert overlap(outline(picture, (48 / 160, 28 / 120, 124 / 160, 104 / 120)), truth) > 0.9


def test_where_colours_tell_nothing_the_box_stays():
    picture = Image.new("RGB", (80, 60), (90, 90, 90))
    found = outline(picture, (0.25, 0.25, 0.75, 0.75))
    assert overlap(found, boxes_mask((80, 60), [(0.25, 0.25, 0.75, 0.75)])) > 0.7
    everything = outline(picture, (0, 0, 1, 1))
    assert everything.getextrema() == (255, 255)


def test_boxes_may_be_of_no_size_at_all():
    assert outline(Image.new("RGB", (4, 4)), (0.5, 0.5, 0.5, 0.5)).getbbox() is not None
