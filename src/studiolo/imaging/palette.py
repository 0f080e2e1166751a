"""Palettes: hex colours, the few that a picture comes to, and how well a picture keeps to those asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studiolo.errors import InvalidImageError, InvalidRequestError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Floats = NDArray[np.float64]

MAX_COLOURS: Final = 10
"""What a palette has at most."""

NEAR_DELTA_E: Final = 10.0
"""CIEDE2000 up to which a pixel counts as an asked colour: a shade of it, by the same name."""

_HEX: Final = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_HINT: Final = "Write colours as #rrggbb, such as #264653."
_SIDE_PX: Final = 96  # of the copy that is measured
_OPAQUE: Final = 128  # alpha from which a pixel is there
_GRID: Final = 0.02  # OKLab: what is nearer is one colour before clustering
_RADIUS: Final = 0.07
_FINE: Final = 48  # clusters before they are merged
_ALIKE: Final = 0.05  # OKLab distance of two swatches that would look like one
_PRESENT: Final = 0.02  # share of the pixels by which an asked colour is looked for


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour of a picture as ``#rrggbb``, and the share of its pixels that are nearest to it, 0 to 1."""

    hex: str
    share: float


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How well a picture keeps to asked colours. Differences are CIEDE2000 (:data:`NEAR_DELTA_E` is near).

    Attributes:
        coverage: share of the pixels that are near to one of the asked colours, 0 to 1.
        mean_delta_e: the mean of two means, as in a Chamfer distance: how far pixels are from the asked
            colour nearest to them, and how far each asked colour is from the 2 % of the pixels nearest to it.
            A picture all in one of five colours is as wrong as the other four are far.
        presence: the coverage by asked colour: share of the pixels that are near to it, and to no other more.
    """

    coverage: float
    mean_delta_e: float
    presence: tuple[float, ...]


def parse_colour(text: str) -> str:
    """``#rgb``, ``#rrggbb``, with or without ``#`` → ``#rrggbb`` in lower case.

    Raises:
        InvalidRequestError: it is none of these.
    """
    match = _HEX.fullmatch(text.strip())
    if match is None:
        raise InvalidRequestError(f"'{text[:20]}' is no colour.", hint=_HINT)
    digits = match[1].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def parse_palette(colours: Sequence[str]) -> tuple[str, ...]:
    """Each as ``#rrggbb``, in their order, none twice.

    Raises:
        InvalidRequestError: one is no colour, or there are more than :data:`MAX_COLOURS`.
    """
    palette = tuple(dict.fromkeys(parse_colour(colour) for colour in colours))
    if len(palette) > MAX_COLOURS:
        raise InvalidRequestError(
            f"The palette has {len(palette)} colours; at most {MAX_COLOURS} are taken.",
            hint="Leave out those that matter least.",
        )
    return palette


def extract(image: Image, colours: int = 5) -> tuple[Swatch, ...]:
    """The at most ``colours`` colours that ``image`` comes to, the largest first; their shares sum to 1.

    Transparent pixels are ignored; a picture of nothing else has no colours. Pixels of a small copy are
    clustered in OKLab. Clusters are then merged in pairs, first what looks alike, then what costs least: by
    Ward's criterion (1963) on the square roots of their shares, so that a small accent outlives the shades
    of a large ground.

    Raises:
        InvalidRequestError: ``colours`` is not 1 to :data:`MAX_COLOURS`.
    """
    if not 1 <= colours <= MAX_COLOURS:
        raise InvalidRequestError(
            f"A palette of {colours} colours cannot be made.", hint=f"Ask for 1 to {MAX_COLOURS}."
        )
    from studiolo.imaging import clustering
    from studiolo.imaging.colours import from_oklab, rgb_to_hex, to_oklab

    rgb = _opaque(image)
    if not len(rgb):
        return ()
    cells = clustering.on_grid(to_oklab(rgb), _GRID)
    centres, shares = clustering.cluster(cells.means, cells.counts, radius=_RADIUS, most=_FINE)
    centres = _merged(centres, shares, colours)
    centres, _ = clustering.settle(cells.means, cells.counts, centres)
    _, weights = clustering.settle(cells.means, cells.counts, centres)
    found = {
        rgb_to_hex(from_oklab(centre)): float(weight) for centre, weight in zip(centres, weights, strict=True)
    }
    total = sum(found.values())
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Swatch(colour, weight / total) for colour, weight in ordered if weight > 0)


def fidelity(image: Image, palette: Sequence[str]) -> Fidelity:
    """How well ``image`` keeps to ``palette``, measured on a small copy without its transparent pixels.

    A palette says which colours, not how much of each: distances between distributions, such as the sliced
    Wasserstein distance of Lobashev et al. (2025, arXiv 2503.19034), would have to invent the shares.

    Raises:
        InvalidRequestError: the palette is empty, or one of its colours is none.
        InvalidImageError: all of the picture is transparent.
    """
    import numpy as np

    from studiolo.imaging.colours import ciede2000, hex_to_rgb, to_cielab

    asked = parse_palette(palette)
    if not asked:
        raise InvalidRequestError("There is no colour to measure against.", hint=_HINT)
    rgb = _opaque(image)
    if not len(rgb):
        raise InvalidImageError("All of the picture is transparent.", hint="Give one that shows something.")
    targets = to_cielab(np.stack([hex_to_rgb(colour) for colour in asked]))
    distances = ciede2000(to_cielab(rgb)[:, None], targets[None])
    nearest = distances.argmin(axis=1)
    to_palette = distances.min(axis=1)
    counts = np.bincount(nearest[to_palette <= NEAR_DELTA_E], minlength=len(asked))
    most = max(1, round(_PRESENT * len(rgb)))
    to_picture = np.partition(distances, most - 1, axis=0)[:most].mean(axis=0)
    return Fidelity(
        coverage=float((to_palette <= NEAR_DELTA_E).mean()),
        mean_delta_e=float((to_palette.mean() + to_picture.mean()) / 2),
        presence=tuple(float(count / len(rgb)) for count in counts),
    )


def _opaque(image: Image) -> Floats:
    """The opaque pixels of a small copy, (n, 3) sRGB in 0..1. No colour is in it that the picture has not."""
    import numpy as np
    from PIL import Image

    plain = image if image.mode in {"RGB", "RGBA"} else image.convert("RGBA")
    scale = min(1.0, _SIDE_PX / max(plain.size))
    size = (max(1, round(plain.width * scale)), max(1, round(plain.height * scale)))
    pixels = np.asarray(plain.resize(size, Image.Resampling.NEAREST)).reshape(-1, len(plain.getbands()))
    seen = pixels[pixels[:, 3] >= _OPAQUE] if plain.mode == "RGBA" else pixels
    return seen[:, :3] / 255.0


def _merged(centres: Floats, shares: Floats, most: int) -> Floats:
    """Merge the cheapest pair until there are ``most`` and none look alike."""
    import numpy as np

    centres, shares = centres.copy(), shares.copy()
    while len(centres) > 1:
        squares = ((centres[:, None] - centres[None]) ** 2).sum(axis=-1)
        np.fill_diagonal(squares, np.inf)
        cost = squares
        if squares.min() > _ALIKE**2:
            if len(centres) <= most:
                break
            roots = np.sqrt(shares)
            cost = squares * (roots[:, None] * roots[None]) / (roots[:, None] + roots[None])
        kept, gone = sorted(int(i) for i in np.unravel_index(int(cost.argmin()), cost.shape))
        both = shares[kept] + shares[gone]
        centres[kept] = (centres[kept] * shares[kept] + centres[gone] * shares[gone]) / both
        shares[kept] = both
        centres, shares = np.delete(centres, gone, axis=0), np.delete(shares, gone)
    return centres
