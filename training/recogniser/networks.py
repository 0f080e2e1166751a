"""The two networks: the finder tells where things are, the namer what one of them is.

Both are plain residual convolutions with batch normalisation (He et al. 2016, arXiv 1512.03385).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, normalize

BOX_SCALE = 64.0  # px; what a box's side of 1 means to the finder


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Block(nn.Module):
    """Two convolutions and what went in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))
        nn.init.zeros_(self.second[1].weight)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


class Finder(nn.Module):
    """Pictures (n, 3, 256, 256) in -1..1 → (n, 5, 64, 64): a logit of being a centre, then the box's reach
    from the cell to left, top, right and bottom, in pixels."""

    def __init__(self, widths: tuple[int, ...] = (24, 32, 64, 96, 128), head: int = 32) -> None:
        super().__init__()
        stem, *levels = widths
        self.stem = _conv(3, stem, 2)
        self.down = nn.ModuleList()
        width = stem
        for i, wider in enumerate(levels):
            blocks = 1 if i < 2 else 2
            self.down.append(nn.Sequential(_conv(width, wider, 2), *(Block(wider) for _ in range(blocks))))
            width = wider
        self.across = nn.ModuleList(nn.Conv2d(w, head, 1) for w in levels)
        self.up = nn.ModuleList(_conv(head, head) for _ in levels)
        self.head = _conv(head, 2 * head)
        self.told = nn.Conv2d(2 * head, 5, 1)
        with torch.no_grad():
            self.told.bias.copy_(torch.tensor([-4.0, -0.7, -0.7, -0.7, -0.7]))

    def forward(self, pictures: Tensor) -> Tensor:
        x, levels = self.stem(pictures), []
        for down in self.down:
            x = down(x)
            levels.append(x)
        merged: Tensor | None = None
        for level, across, up in zip(reversed(levels), reversed(self.across), reversed(self.up), strict=True):
            here = across(level)
            if merged is not None:
                here = here + interpolate(merged, scale_factor=2.0, mode="nearest")
            merged = up(here)
        assert merged is not None
        told = self.told(self.head(merged)).float()
        return torch.cat([told[:, :1], told[:, 1:].clamp(max=2).exp() * BOX_SCALE], 1)


class Namer(nn.Module):
    """Windows (n, 3, s, s) in -1..1 → unit vectors (n, 384) in the space of the names, and a logit of there
    being a thing, (n, 1)."""

    def __init__(self, widths: tuple[int, ...] = (32, 64, 128, 224), space: int = 384) -> None:
        super().__init__()
        stem, *levels = widths
        parts: list[nn.Module] = [_conv(3, stem, 2), Block(stem)]
        width = stem
        for wider in levels:
            parts += [_conv(width, wider, 2), Block(wider), Block(wider)]
            width = wider
        self.body = nn.Sequential(*parts)
        self.vector = nn.Linear(2 * width, space)
        self.thing = nn.Linear(2 * width, 1)
        self.scale = nn.Parameter(torch.tensor(14.0))

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        x = self.body(windows).float()
        pooled = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
        return normalize(self.vector(pooled), dim=1), self.thing(pooled)
