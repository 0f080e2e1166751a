"""Drawings become pixels whatever the size; the renderer's own failures stay outside."""

from __future__ import annotations

import numpy as np
import pytest

from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.sprites import sprite


@pytest.fixture(scope="module")
def library() -> DrawingLibrary:
    return DrawingLibrary()


def test_a_drawing_with_filters_is_painted_at_every_size(library):
    """At 406 px across, cut to its box, this one made resvg 0.48 panic."""
    locomotive = next(d for d in library.drawings("locomotive") if d.set == "fluent-emoji")
    for side in (17, 100, 203, 333, 400, 406, 700):
        pixels = sprite(library, locomotive, "green", None, side, side)
        assert max(pixels.shape[:2]) == side
        assert (pixels[..., 3] > 128).mean() > 0.3


def test_drawings_with_filters_are_rendered(library):
    filtered = [
        drawing
        for name in library.names
        for drawing in library.drawings(name)
        if "<filter" in library.svg(drawing)
    ]
    assert len(filtered) > 500
    for drawing in filtered[::40]:  # all of them take minutes
        assert np.any(sprite(library, drawing, None, None, 64, 64)[..., 3]), drawing.id
