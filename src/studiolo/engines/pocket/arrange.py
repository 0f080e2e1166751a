"""Groups of boxes that stand together: a row of copies, a cat on a sofa, a hat on a head.

Units are those of `casting.natural_size`; x grows to the right and y upwards from the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from studiolo.engines.pocket import facts


@dataclass(frozen=True, slots=True)
class Item:
    """One copy of a thing: its left and lower edge, its size; what is far (low `z`) is painted first."""

    thing: int
    copy: int
    x: float
    y: float
    width: float
    height: float
    z: float = 0.0
    floats: bool = False
    attached: bool = False  # held up by something else: it throws no shadow on the ground

    @property
    def centre(self) -> float:
        """The middle, from left to right."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.y + self.height


Group = list[Item]


def bounds(group: Sequence[Item]) -> tuple[float, float, float, float]:
    """Left, lower, right and upper edge of the whole group."""
    return (
        min(i.x for i in group),
        min(i.y for i in group),
        max(i.x + i.width for i in group),
        max(i.top for i in group),
    )


def moved(
    group: Sequence[Item], dx: float = 0.0, dy: float = 0.0, dz: float = 0.0, *, attached: bool = False
) -> Group:
    """The group somewhere else."""
    return [replace(i, x=i.x + dx, y=i.y + dy, z=i.z + dz, attached=i.attached or attached) for i in group]


def scaled(group: Sequence[Item], by: float) -> Group:
    """The group larger or smaller, about the origin."""
    return [replace(i, x=i.x * by, y=i.y * by, width=i.width * by, height=i.height * by) for i in group]


def copies(
    thing: int,
    count: int,
    size: tuple[float, float],
    rng: np.random.Generator,
    *,
    floats: bool,
    tight: bool = False,
    rise: float = 1.02,
) -> Group:
    """`count` of one thing: a loose row, or rows behind one another for many or where room is `tight`.

    A row stands `rise` times a copy's height above the row before it.
    """
    width, height = size
    rows = [count] if count <= 3 else _rows(count, wide=tight or width > 0.75 * height)
    if tight and count == 3 and width > 0.7 * height:
        rows = [2, 1]
    group: Group = []
    for depth, length in enumerate(rows):
        shrink = 1 - 0.1 * depth
        step = width * 1.12 * shrink
        offset = -(length - 1) / 2 * step
        for k in range(length):
            near = float(rng.uniform(-0.05, 0.05)) * height
            lift = depth * height * rise
            if floats:
                near += float(rng.uniform(-0.16, 0.16)) * height
            x = offset + k * step - width * shrink / 2 + float(rng.uniform(-0.04, 0.04)) * width
            item = Item(
                thing,
                len(group),
                x,
                lift + near,
                width * shrink,
                height * shrink,
                -depth - near / height,
                floats,
            )
            group.append(item)
    low = bounds(group)[1]
    return moved(group, dy=-low) if floats else group


def _rows(count: int, *, wide: bool) -> list[int]:
    if count == 4:
        return [2, 2] if wide else [4]
    if count <= 6:
        return [(count + 1) // 2, count // 2]
    third = count // 3
    return [count - 2 * third, third, third] if count > 8 else [(count + 1) // 2, count // 2]


def put_on(child: Group, parent: Group, base: Item, name: str, share: float) -> Group:
    """Stand `child` on `base`; `share` is how far along its width, 0.5 in the middle."""
    top = facts.top_of(name)
    child = _at_most(child, base.width * 0.8, base.height * 1.1)
    left, _, right, _ = bounds(child)
    x = base.x + base.width * share - (left + right) / 2
    return parent + moved(child, x, base.y + top * base.height, base.z + 0.4, attached=True)


def put_in(child: Group, parent: Group, base: Item, name: str, share: float) -> Group:
    """Put `child` into `base`: behind its rim if it is open, else small and before it."""
    opening = facts.opening_of(name)
    if opening is not None:
        child = _at_most(_at_least(child, base.width * 0.5), base.width * 0.74, base.height * 1.25)
        left, low, right, high = bounds(child)
        x = base.x + base.width * share - (left + right) / 2
        sunk = 0.42 * (high - low)  # how much of it the rim hides
        return moved(child, x, base.y + opening * base.height - sunk, base.z - 0.5, attached=True) + parent
    child = _at_most(child, base.width * 0.46, base.height * 0.46)
    left, _, right, _ = bounds(child)
    x = base.x + base.width * share - (left + right) / 2
    height = 0.42 if facts.is_tree(name) else 0.06  # in the crown, or at the door
    return parent + moved(child, x, base.y + height * base.height, base.z + 0.5, attached=True)


def put_under(child: Group, parent: Group, base: Item, name: str, share: float) -> Group:
    """Put `child` under `base`: at a tree's foot, or lift the other above it."""
    if facts.covers(name):
        child = _at_most(child, base.width * 0.5, base.height * 0.42)
        left, _, right, _ = bounds(child)
        x = base.x + base.width * share - (left + right) / 2
        return parent + moved(child, x, base.y - 0.04 * base.height, base.z + 0.5)
    return put_above(parent, child, gap=0.03, floats=True)


def put_above(child: Group, parent: Group, *, gap: float = 0.16, floats: bool = True) -> Group:
    """Hang `child` in the air over `parent`."""
    left, _, right, high = bounds(parent)
    a, low, b, _ = bounds(child)
    lifted = [replace(i, floats=i.floats or floats) for i in child]
    dy = high - low + gap * min(1.2, high)
    return parent + moved(lifted, (left + right) / 2 - (a + b) / 2, dy, 0.2, attached=True)


def put_behind(child: Group, parent: Group, side: float) -> Group:
    """Put `child` behind `parent`, to one side and large enough to be seen."""
    left, _, right, high = bounds(parent)
    child = _at_least(child, 0.72 * (right - left))
    a, _, b, c = bounds(child)
    width = b - a
    x = (left + right) / 2 - (a + b) / 2 + side * (0.5 * (right - left) + 0.08 * width)
    lift = max(0.16 * high, high * 0.75 - c * 0.62)
    return moved(child, x, min(lift, 0.5 * high), -3) + parent


def put_with(child: Group, parent: Group, side: float) -> Group:
    """Put a small thing at the hand of `parent`; a thing that floats is held up beside it."""
    left, low, right, high = bounds(parent)
    child = _at_most(child, 0.62 * max(right - left, 0.55 * (high - low)), 0.6 * (high - low))
    a, _, b, _ = bounds(child)
    edge = right - 0.16 * (b - a) if side > 0 else left - 0.84 * (b - a)
    lift = 0.42 * high if child[0].floats else -0.03 * high
    return parent + moved(child, edge - a, lift, 0.6, attached=child[0].floats)


def put_wearing(child: Item, base: Item, name: str, *, face: bool, head: tuple[float, float, float]) -> Item:
    """Lay what is worn on a head: `head` is its middle, its width and its top, in shares of `base`."""
    where = facts.worn_at(name) or "head"
    if face:
        head = (0.5, 0.86, 1.0)
    middle, head_width, head_top = (
        base.x + head[0] * base.width,
        head[1] * base.width,
        base.y + head[2] * base.height,
    )
    head_height = min(head_width * 1.02, base.height * head[2])
    wide = {"head": 0.72, "eyes": 0.86, "neck": 0.62, "ears": 1.12, "mouth": 0.6}[where] * head_width
    high = wide * child.height / child.width
    if where == "head" and high > 0.75 * head_height:
        wide, high = wide * 0.75 * head_height / high, 0.75 * head_height
    low = {
        "head": head_top - 0.2 * head_height,
        "eyes": head_top - (0.56 if face else 0.44) * head_height - high / 2,
        "neck": head_top - head_height - 0.7 * high,
        "ears": head_top - 0.5 * head_height - high / 2,
        "mouth": head_top - 0.75 * head_height - high / 2,
    }[where]
    return replace(child, x=middle - wide / 2, y=low, width=wide, height=high, z=base.z + 0.3, attached=True)


def beside(groups: Sequence[Group], gaps: Sequence[float]) -> Group:
    """Groups in a row from left to right, with these gaps between them."""
    row: Group = []
    x = 0.0
    for group, gap in zip(groups, [*gaps, 0.0], strict=True):
        left, _, right, _ = bounds(group)
        row += moved(group, x - left)
        x += right - left + gap
    return row


def _at_most(group: Group, width: float, height: float) -> Group:
    left, low, right, high = bounds(group)
    return scaled(group, min(1.0, width / (right - left), height / (high - low)))


def _at_least(group: Group, width: float) -> Group:
    left, _, right, _ = bounds(group)
    return scaled(group, max(1.0, width / (right - left)))
