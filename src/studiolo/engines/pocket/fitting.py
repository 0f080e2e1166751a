"""Groups of boxes → the canvas: how large, how high, how far to a side, in pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studiolo.engines.pocket import arrange
from studiolo.engines.pocket.arrange import Group, Item
from studiolo.engines.pocket.backgrounds.paint import Backdrop
from studiolo.engines.pocket.scene import Scene

_MARGIN = 0.06


def fit(
    standing: list[Group],
    hanging: list[Group],
    width: int,
    height: int,
    backdrop: Backdrop,
    rng: np.random.Generator,
    scene: Scene,
) -> Group:
    """Bring groups onto the canvas: y now grows downwards, units are pixels."""
    items: Group = []
    if standing:
        gaps = [float(rng.uniform(0.1, 0.2)) for _ in standing[1:]]
        row = arrange.beside(standing, gaps)
        items += _fit_row(row, width, height, backdrop, rng, scene, crowded=bool(hanging))
    if hanging:
        items += _fit_sky(hanging, width, height, rng, alone=not standing)
    return items


def _fit_row(
    row: Group,
    width: int,
    height: int,
    backdrop: Backdrop,
    rng: np.random.Generator,
    scene: Scene,
    *,
    crowded: bool,
) -> Group:
    left, low, right, high = arrange.bounds(row)
    aloft = all(i.floats for i in row) or backdrop.floats
    share = 0.58 if crowded else (0.66 if backdrop.place else 0.74)
    room = width * (1 - 2 * _MARGIN)
    scale = min(room * (0.96 if backdrop.place else 1), 1e9) / (right - left)
    scale = min(scale, height * share / (high - low))
    if len(row) == 1:
        extent = (row[0].width * row[0].height) ** 0.5
        larger = 0.08 * (min(extent, 1.6) - 0.9)  # a house fills more of its picture than an apple
        limit = (0.49 if backdrop.place else 0.57) + larger
        limit *= min(width, height) * _single_size(scene, row[0])
        if aloft and backdrop.place and not backdrop.floats:
            limit *= 0.68
        scale = min(scale, limit / extent)
    centre = width * (0.5 + float(rng.uniform(-0.03, 0.03))) + _shift(scene, row, width)
    free = (width - (right - left) * scale) / 2
    centre = min(
        max(centre, width / 2 - free + _MARGIN * width * 0.5), width / 2 + free - _MARGIN * width * 0.5
    )
    foot = backdrop.ground + float(rng.uniform(-0.015, 0.02)) * height
    if aloft:
        middle = 0.5 if backdrop.floats or not backdrop.place else 0.36  # over a landscape: up in its sky
        foot = height * middle + (high - low) * scale / 2 + float(rng.uniform(-0.05, 0.05)) * height
    elif backdrop.place is None:
        foot = max(height * 0.5 + (high - low) * scale * 0.56, height * 0.68)
    foot = min(foot, height * (1 - _MARGIN * 0.7) + low * scale)
    foot = max(foot, high * scale + height * _MARGIN * 0.6)
    middle = (left + right) / 2
    return [
        replace(
            i,
            x=centre + (i.x - middle) * scale,
            y=foot - (i.y + i.height) * scale,
            width=i.width * scale,
            height=i.height * scale,
        )
        for i in row
    ]


def _single_size(scene: Scene, item: Item) -> float:
    thing = scene.things[item.thing]
    factor = {"tiny": 0.5, "small": 0.72, "big": 1.22, "huge": 1.42}.get(thing.size or "", 1.0)
    return factor * {"background": 0.6, "foreground": 1.2}.get(thing.position or "", 1.0)


def _shift(scene: Scene, row: Group, width: int) -> float:
    positions = {scene.things[i.thing].position for i in row}
    if positions == {"left"}:
        return -0.22 * width
    return 0.22 * width if positions == {"right"} else 0.0


def _fit_sky(groups: list[Group], width: int, height: int, rng: np.random.Generator, *, alone: bool) -> Group:
    """Hang groups side by side in the upper third."""
    items: Group = []
    slots = len(groups)
    for n, group in enumerate(groups):
        left, low, right, high = arrange.bounds(group)
        scale = min(width * 0.62 / slots / (right - left), height * (0.5 if alone else 0.25) / (high - low))
        x = width * (n + 0.5 + float(rng.uniform(-0.14, 0.14))) / slots
        if slots == 1:
            x = width * float(rng.choice([rng.uniform(0.2, 0.36), rng.uniform(0.64, 0.8)]))
        half = (right - left) * scale / 2
        x = min(max(x, half + 0.03 * width), width - half - 0.03 * width)
        top = height * float(rng.uniform(0.04, 0.09))
        items += [
            replace(
                i,
                x=x + (i.x - (left + right) / 2) * scale,
                y=top + (high - i.top) * scale,
                width=i.width * scale,
                height=i.height * scale,
                z=i.z - 20,
            )
            for i in group
        ]
    return items
