"""Control maps: what of a picture's layout another painting can follow.

``canny`` is what ControlNets of that name were trained on: white edges on black (Canny, "A Computational
Approach to Edge Detection", 1986). ``segmentation`` without a model that knows things is flat regions.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.imaging.flattening import flattened
from studiolo.imaging.opencv import load_opencv

_LONGEST_PX: Final = 1024  # regions are found in a copy of at most this side; edges in the picture itself
_SPREAD: Final = 1 / 3  # how far the thresholds lie from the median of the gradients that count
_STEEP: Final = 0.8  # of the steepest gradients: what reaches this is an edge in any picture
_FAINT: Final = 8  # brightness: gradients below it are noise, and would pull the median down
_SPATIAL: Final = 1 / 48  # of the longer side: how near pixels of one region are
_COLOUR: Final = 24  # of 255, in CIELAB: how alike they are
_LEAST: Final = 1 / 500  # of the picture: what is smaller belongs to the region around it

Pixels = NDArray[np.uint8]


def canny(image: Image.Image, low: float | None = None, high: float | None = None) -> Image.Image:
    """The edges of ``image``, one pixel wide, white on black (RGB), of its size.

    Args:
        image: any picture; what is transparent counts as white.
        low: gradient (0 to about 1000, as OpenCV counts) from which what touches an edge belongs to it.
        high: gradient from which there is an edge. Left out, both follow from the picture's own gradients.

    Raises:
        MissingExtraError: the extra ``editing`` is not installed.
    """
    cv2 = load_opencv(needed_for="A control map")
    grey = cv2.GaussianBlur(cv2.cvtColor(np.asarray(flattened(image)), cv2.COLOR_RGB2GRAY), (5, 5), 0)
    if low is None or high is None:
        middle, steep = _gradients(cv2, grey)
        low = (1 - _SPREAD) * middle if low is None else low
        high = min((1 + _SPREAD) * middle, steep) if high is None else high
    edges: Pixels = cv2.Canny(grey, low, high)
    return Image.fromarray(edges).convert("RGB")


def segmentation(image: Image.Image) -> Image.Image:
    """Regions of ``image`` that are alike in colour and near each other, each flat in its mean colour (RGB).

    These regions have no names: a shadow is one, and a striped cat several. They are found by mean shift
    (Comaniciu & Meer, "Mean Shift: A Robust Approach Toward Feature Space Analysis", 2002), and what is
    small joins the region around it. A control model that was trained on the colours of ADE20K's classes
    takes the shapes from them, not the meaning.

    Raises:
        MissingExtraError: the extra ``editing`` is not installed.
    """
    cv2 = load_opencv(needed_for="A control map")
    picture = np.asarray(flattened(image))
    scale = min(1.0, _LONGEST_PX / max(image.size))
    small: Pixels = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    smooth: Pixels = cv2.pyrMeanShiftFiltering(
        cv2.cvtColor(small, cv2.COLOR_RGB2Lab), max(2, round(max(small.shape) * _SPATIAL)), _COLOUR
    )
    labels = _merged(cv2, smooth, _regions(cv2, smooth))
    flat = _means(small, labels)
    whole: Pixels = cv2.resize(flat, image.size, interpolation=cv2.INTER_NEAREST)
    return Image.fromarray(whole)


def _gradients(cv2: Any, grey: Pixels) -> tuple[float, float]:
    """The median of the gradients above the noise, and what is steep in a picture where all are alike.

    As Canny counts them: |dx| + |dy| of Sobel's kernels.
    """
    across, down = (np.abs(cv2.Sobel(grey, cv2.CV_16S, dx, 1 - dx)) for dx in (1, 0))
    gradients = (across.astype(np.int32) + down).ravel()
    counted = gradients[gradients > 4 * _FAINT]  # a step of one brightness is 4 to Sobel
    if not counted.size:
        return 4.0 * _FAINT, 4.0 * _FAINT
    return float(np.median(counted)), _STEEP * float(np.percentile(counted, 99))


def _regions(cv2: Any, smooth: Pixels) -> NDArray[np.int32]:
    """Connected pixels of nearly one colour → labels from 1, (height, width)."""
    height, width = smooth.shape[:2]
    labels = np.zeros((height, width), np.int32)
    mask = np.zeros((height + 2, width + 2), np.uint8)  # floodFill wants a border
    alike = (_COLOUR / 2,) * 3
    how = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | 1 << 8
    count = 0
    for y in range(height):
        for x in np.flatnonzero(mask[y + 1, 1:-1] == 0).tolist():
            if mask[y + 1, x + 1]:
                continue  # by a fill that began further left
            count += 1
            _, _, _, (left, top, wide, high) = cv2.floodFill(smooth, mask, (x, y), 0, alike, alike, how)
            part = mask[top + 1 : top + high + 1, left + 1 : left + wide + 1]
            labels[top : top + high, left : left + wide][part == 1] = count
            part[part == 1] = 2  # told from the next fill
    return labels


def _merged(cv2: Any, smooth: Pixels, labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Labels without the small regions: what was theirs goes to those around them, as colour suggests."""
    sizes = np.bincount(labels.ravel())
    large = sizes >= max(1, int(labels.size * _LEAST))
    large[0] = False
    if not large.any():
        return np.ones_like(labels)
    # Watershed leaves the picture's rim and the lines between regions without a label: a rim of copies is
    # cut off again, the lines go to a neighbour.
    rim = {"top": 1, "bottom": 1, "left": 1, "right": 1, "borderType": cv2.BORDER_REPLICATE}
    kept = cv2.copyMakeBorder(np.where(large[labels], labels, 0).astype(np.int32), **rim)
    cv2.watershed(cv2.copyMakeBorder(smooth, **rim), kept)
    inner: NDArray[np.int32] = kept[1:-1, 1:-1].clip(0)
    spread: NDArray[np.int32] = cv2.dilate(inner.astype(np.float32), np.ones((3, 3))).astype(np.int32)
    whole = np.where(inner == 0, spread, inner)
    return np.where(whole == 0, labels, whole)


def _means(picture: Pixels, labels: NDArray[np.int32]) -> Pixels:
    """Each region in the mean colour of its pixels."""
    counts = np.bincount(labels.ravel()).clip(1)
    sums = [np.bincount(labels.ravel(), picture[..., plane].ravel()) for plane in range(3)]
    means = np.stack([total / counts for total in sums], axis=-1)
    return means.round().astype(np.uint8)[labels]
