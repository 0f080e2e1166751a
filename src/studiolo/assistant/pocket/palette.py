"""The colours of a picture or of a part of it, clustered in OKLab and named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studiolo.assistant.pocket.colour_names import nearest_name
from studiolo.assistant.pocket.pixels import Box, Pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_GRID = 0.03  # OKLab: two colours within it are one before clustering
_RADIUS = 0.13  # what is nearer to a cluster's centre belongs to it
_SMALLEST = 0.015  # share below which a colour is not named
_RING = 0.06  # of each side: where the background is looked for
_FAR = 0.09  # OKLab distance from every colour of the background at which something stands out
MAX_COLOURS: Final = 8


@dataclass(frozen=True, kw_only=True)
class ColourShare:
    """A colour of a picture: its name ("deep blue"), the base ("blue"), ``#rrggbb``, and how much of it."""

    name: str
    base: str
    hex: str
    share: float

    def __str__(self) -> str:
        return f"{self.name} {percent(self.share)}"


def percent(share: float) -> str:
    """0.342 → "34 %"."""
    return f"{share:.0%}".replace("%", " %")


def palette(pixels: Pixels) -> tuple[ColourShare, ...]:
    """The colours of the whole picture, the largest first; empty if all of it is transparent."""
    return named(pixels.lab[pixels.solid])


def background(pixels: Pixels) -> tuple[ColourShare, ...]:
    """The colours along the edges; empty where these are transparent."""
    ring = _ring(pixels.solid.shape)
    if pixels.solid[ring].mean() < 0.5:
        return ()
    return named(pixels.lab[ring & pixels.solid])


def inside(pixels: Pixels, box: Box, background_of: Iterable[Box] = ()) -> tuple[ColourShare, ...]:
    """The colours of what stands in ``box``, without what is behind it.

    What is behind is read from a ring around the box; where all of the box is like that, its middle counts.
    ``background_of`` are boxes of other things, whose pixels say nothing about what is behind.
    """
    import numpy as np

    rows, columns = pixels.slices(box)
    lab, solid = pixels.lab[rows, columns], pixels.solid[rows, columns]
    behind = _behind(pixels, box, background_of)
    stands_out = solid & (_distance(lab, behind) > _FAR if len(behind) else True)
    middle = _middle(solid.shape)
    if stands_out.mean() < 0.08:
        stands_out = solid & middle
    colours = named(lab[stands_out & middle] if (stands_out & middle).sum() > 30 else lab[stands_out])
    return colours if len(colours) or not np.any(solid) else named(lab[solid])


def named(lab: Floats) -> tuple[ColourShare, ...]:
    """Colours, (n, 3), clustered and named; those of one name are one."""
    if not len(lab):
        return ()
    centres, shares = cluster(lab)
    found: dict[str, ColourShare] = {}
    for centre, share in zip(centres, shares, strict=True):
        colour = nearest_name(centre)
        before = found.get(colour.name)
        found[colour.name] = ColourShare(
            name=colour.name,
            base=colour.base,
            hex=before.hex if before else _hex(centre),
            share=float(share) + (before.share if before else 0.0),
        )
    ordered = sorted(found.values(), key=lambda c: (-c.share, c.name))
    kept = [c for c in ordered if c.share >= _SMALLEST][:MAX_COLOURS]
    return tuple(kept or ordered[:1])


def bases(colours: Iterable[ColourShare]) -> dict[str, float]:
    """How much of each base colour there is, the most first."""
    shares: dict[str, float] = {}
    for colour in colours:
        shares[colour.base] = shares.get(colour.base, 0.0) + colour.share
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def cluster(lab: Floats) -> tuple[Floats, Floats]:
    """Centres (k, 3) and shares (k,) of the colours, (n, 3), the largest first."""
    from studiolo.imaging import clustering

    cells = clustering.on_grid(lab, _GRID)
    return clustering.cluster(cells.centres, cells.counts, radius=_RADIUS, most=4 * MAX_COLOURS)


def _behind(pixels: Pixels, box: Box, others: Iterable[Box]) -> Floats:
    """Centres of the colours around a box that take up a good part of the ring."""
    import numpy as np

    left, top, right, bottom = box
    margin_x, margin_y = max(0.03, 0.15 * (right - left)), max(0.03, 0.15 * (bottom - top))
    outer = (
        max(0.0, left - margin_x),
        max(0.0, top - margin_y),
        min(1.0, right + margin_x),
        min(1.0, bottom + margin_y),
    )
    around = np.zeros(pixels.solid.shape, np.bool_)
    around[pixels.slices(outer)] = True
    for covered in (box, *others):
        around[pixels.slices(covered)] = False
    around &= pixels.solid
    if around.sum() < 12:
        return np.zeros((0, 3))
    centres, shares = cluster(pixels.lab[around])
    return centres[shares > 0.08]


def _distance(lab: Floats, centres: Floats) -> Floats:
    import numpy as np

    return np.sqrt(((lab[:, :, None] - centres) ** 2).sum(axis=-1)).min(axis=-1)


def _middle(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The ellipse that touches the sides: corners of a box seldom belong to the thing."""
    import numpy as np

    rows, columns = (np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in shape)
    return rows[:, None] ** 2 + columns[None] ** 2 <= 1


def _ring(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    import numpy as np

    edge = max(1, round(_RING * min(shape)))
    ring = np.ones(shape, np.bool_)
    ring[edge:-edge, edge:-edge] = False
    return ring


def _hex(centre: Floats) -> str:
    from studiolo.imaging.colours import from_oklab, rgb_to_hex

    return rgb_to_hex(from_oklab(centre))
