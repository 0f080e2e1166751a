"""The autoencoder's two halves: a 512 px picture to 32x32x16 latents and back.

Made for vector art: the encoder looks at 4x4 pixel blocks first, the decoder does most of its work at 1/16
and 1/8 of the picture's size and paints the last steps by pixel shuffle (Shi et al. 2016, arXiv 1609.05158),
so that edges are as crisp as the pixels. Plain residual convolutions with ReLU and without normalisation, as
in TAESD: what a place becomes does not depend on the rest of the picture, and any multiple of 32 px works.
Linear short cuts around both halves (as in DC-AE, Chen et al. 2024, arXiv 2410.10733) carry the colours from
the first step.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, pixel_shuffle

LATENT_CHANNELS = 16  # 48 values to 1, as in Stable Diffusion's autoencoders
FACTOR = 16
LEAK = 0.1


class Block(nn.Module):
    """x + conv(act(conv(act(x)))), starting near the identity.

    The activation leaks and the sum is left alone: with plain ReLU around it, whole layers died at once.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _conv(width, width)
        self.second = _conv(width, width, gain=0.3)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(leaky_relu(self.first(leaky_relu(x, LEAK)), LEAK))


# The lowest spatial frequencies (down, across), in the order in which they are given channels.
FREQUENCIES = ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1))


def cosines() -> tuple[Tensor, Tensor]:
    """What a 16 px block is analysed into and put together from, (16, 3, 16, 16) each.

    Eight cosine waves of lightness and four of each colour difference, as JPEG has them; the finer ones,
    which are weaker, are amplified so that all channels are of about the same size.
    """
    to_ycc = torch.tensor([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]])
    from_ycc = torch.linalg.inv(to_ycc)
    places = torch.arange(FACTOR) + 0.5
    waves = [torch.cos(math.pi * places * k / FACTOR) for k in range(3)]
    analysis, synthesis = [], []
    for plane, count in enumerate((LATENT_CHANNELS // 2, LATENT_CHANNELS // 4, LATENT_CHANNELS // 4)):
        for down, across in FREQUENCIES[:count]:
            wave = torch.outer(waves[down], waves[across])
            gain = 1.0 + down + across
            analysis.append(to_ycc[plane][:, None, None] * wave / wave.square().sum() * gain)
            synthesis.append(from_ycc[:, plane][:, None, None] * wave / gain)
    return torch.stack(analysis), torch.stack(synthesis)


class Analysis(nn.Module):
    """A linear short cut into the latents: the cosine waves of each 16 px block.

    It is not trained: its gradients are fifty times the others' and would drown them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(3, LATENT_CHANNELS, FACTOR, stride=FACTOR, bias=False)
        self.mix.requires_grad_(requires_grad=False)
        self.mix.weight.copy_(cosines()[0])

    def forward(self, x: Tensor) -> Tensor:
        return self.mix(x)


class Synthesis(nn.Module):
    """A linear short cut out of the latents: the same waves again, not trained either."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(LATENT_CHANNELS, 3 * FACTOR**2, 1)
        self.mix.requires_grad_(requires_grad=False)
        self.mix.weight.copy_(cosines()[1].reshape(LATENT_CHANNELS, -1).T[:, :, None, None])
        self.mix.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        return pixel_shuffle(self.mix(x), FACTOR)


def _conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, gain: float = 1.0) -> nn.Conv2d:
    conv = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    with torch.no_grad():
        conv.weight.mul_(gain)
    return conv


class Encoder(nn.Module):
    """(n, 3, h, w) in [-1, 1] to (n, 16, h/16, w/16)."""

    def __init__(self, widths: tuple[int, int, int] = (32, 64, 96)) -> None:
        super().__init__()
        a, b, c = widths
        self.analysis = Analysis()
        self.details = nn.Sequential(
            nn.PixelUnshuffle(4),
            _conv(48, a), nn.LeakyReLU(LEAK), Block(a),
            _conv(a, b, stride=2), nn.LeakyReLU(LEAK), Block(b),
            _conv(b, c, stride=2), nn.LeakyReLU(LEAK), Block(c), Block(c),
            _conv(c, LATENT_CHANNELS, 1, gain=0.1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return self.analysis(x) + self.details(x)


class Decoder(nn.Module):
    """(n, 16, h, w) to (n, 3, 16 h, 16 w), about [-1, 1]."""

    def __init__(self, widths: tuple[int, int, int, int] = (160, 96, 64, 32)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.synthesis = Synthesis()
        self.details = nn.Sequential(
            _conv(LATENT_CHANNELS, a), nn.LeakyReLU(LEAK), Block(a), Block(a),
            _conv(a, 4 * b, 1), nn.PixelShuffle(2), nn.LeakyReLU(LEAK), Block(b), Block(b),
            _conv(b, 4 * c, 1), nn.PixelShuffle(2), nn.LeakyReLU(LEAK), Block(c),
            _conv(c, 4 * d, 1), nn.PixelShuffle(2), nn.LeakyReLU(LEAK), Block(d),
            _conv(d, 12, gain=0.1), nn.PixelShuffle(2),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return self.synthesis(x) + self.details(x)


class Autoencoder(nn.Module):
    """Both halves and, once fitted, the latents' statistics by channel."""

    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.register_buffer("latent_mean", torch.zeros(1, LATENT_CHANNELS, 1, 1))
        self.register_buffer("latent_std", torch.ones(1, LATENT_CHANNELS, 1, 1))

    def encode(self, pictures: Tensor) -> Tensor:
        """Latents near N(0, 1) by channel."""
        return (self.encoder(pictures) - self.latent_mean) / self.latent_std

    def decode(self, latents: Tensor) -> Tensor:
        """The inverse of `encode`."""
        return self.decoder(latents * self.latent_std + self.latent_mean)
