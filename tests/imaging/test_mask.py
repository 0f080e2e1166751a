"""Masks that reach further."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from studiolo.imaging.mask import widened


@pytest.mark.parametrize("size", [(1, 1), (9, 1), (1, 9), (33, 20)], ids=str)
@pytest.mark.parametrize("reach", [1, 2, 3, 7])
def test_white_reaches_so_far(size: tuple[int, int], reach: int) -> None:
    mask = Image.fromarray(np.random.default_rng(3).integers(0, 256, size[::-1], np.uint8))

    assert widened(mask, reach).tobytes() == mask.filter(ImageFilter.MaxFilter(2 * reach + 1)).tobytes()


def test_it_does_not_change_what_it_is_given() -> None:
    mask = Image.new("L", (8, 8))
    mask.putpixel((4, 4), 255)

    assert widened(mask, 2).getbbox() == (2, 2, 7, 7)
    assert mask.getbbox() == (4, 4, 5, 5)


def test_the_square_may_be_as_large_as_large_pictures_want(monkeypatch: pytest.MonkeyPatch) -> None:
    """A square of 257 by 257 is not gone through pixel by pixel for each of the picture."""
    passes: list[int] = []
    maximum = np.maximum

    def counted(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        passes.append(one.size)
        return maximum(one, other)

    monkeypatch.setattr(np, "maximum", counted)
    wide = widened(Image.new("L", (512, 512), 9), 128)

    assert wide.getextrema() == (9, 9)
    assert len(passes) <= 20
