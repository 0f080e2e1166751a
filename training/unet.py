"""The denoiser: a small UNet over latents, told the time, the words and the draft.

It predicts the rectified flow's velocity (Liu et al. 2022, arXiv 2209.03003): with x_t = (1 - t) x_0 + t e,
v = e - x_0. Latents are taken in 2x2 patches, so a 512 px picture is 16x16 tokens at the top level.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.codec import LATENT_CHANNELS

PATCH = 2
WIDTHS = (128, 192, 224)  # at 1, 1/2 and 1/4 of the patch grid
TEXT_WIDTH = 384
HEAD_WIDTH = 32
FINE_WIDTH = 64
DRAFT_CHANNELS = LATENT_CHANNELS + 1  # the draft's latents, and 1 where there is a draft


DRAFT_VARIANCE = 0.2  # of the picture around its draft, where there is one; around zero it is 1


def linear_estimate(latents: Tensor, time: Tensor, draft: Tensor) -> Tensor:
    """The velocity that a linear estimator would give: what is left to learn is what is hard.

    The noised latents and the draft are two observations of the picture, weighed by their precision; as EDM's
    skip connection (Karras et al. 2022, arXiv 2206.00364, section 5), with the draft as prior mean.
    """
    t = time[:, None, None, None]
    drawn, seen = draft[:, :-1], draft[:, -1:]
    precision = 1 + seen * (1 / DRAFT_VARIANCE - 1)
    scale = (1 - t) ** 2 + t**2 * precision
    noise = t * precision / scale * (latents - (1 - t) * drawn)
    picture = ((1 - t) * latents + t**2 * precision * drawn) / scale
    return noise - picture


class ResBlock(nn.Module):
    """Two convolutions; time and prompt scale and shift between them."""

    def __init__(self, inputs: int, outputs: int, embedding: int) -> None:
        super().__init__()
        self.norm_in = nn.GroupNorm(16, inputs)
        self.conv_in = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.condition = nn.Linear(embedding, 2 * outputs)
        self.norm_out = nn.GroupNorm(16, outputs)
        self.conv_out = nn.Conv2d(outputs, outputs, 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        hidden = self.conv_in(F.silu(self.norm_in(x)))
        scale, shift = self.condition(F.silu(embedding))[:, :, None, None].chunk(2, dim=1)
        hidden = self.norm_out(hidden) * (1 + scale) + shift
        return self.skip(x) + self.conv_out(F.silu(hidden))


class Attention(nn.Module):
    """Places look at each other (if `places`), then at the words."""

    def __init__(self, width: int, *, places: bool) -> None:
        super().__init__()
        self.heads = width // HEAD_WIDTH
        self.places = places
        self.norm = nn.GroupNorm(16, width)
        if places:
            self.place_qkv = nn.Conv2d(width, 3 * width, 1)
            self.place_out = nn.Conv2d(width, width, 1)
            nn.init.zeros_(self.place_out.weight)
        self.word_norm = nn.GroupNorm(16, width)
        self.word_query = nn.Conv2d(width, width, 1)
        self.word_key_value = nn.Linear(TEXT_WIDTH, 2 * width)
        self.word_out = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.word_out.weight)

    def _split(self, x: Tensor) -> Tensor:  # (n, width, places) to (n, heads, places, head width)
        return x.unflatten(1, (self.heads, HEAD_WIDTH)).transpose(2, 3)

    def forward(self, x: Tensor, words: Tensor, word_mask: Tensor) -> Tensor:
        shape = x.shape
        if self.places:
            q, k, v = self.place_qkv(self.norm(x)).flatten(2).chunk(3, dim=1)
            seen = F.scaled_dot_product_attention(self._split(q), self._split(k), self._split(v))
            x = x + self.place_out(seen.transpose(2, 3).reshape(shape))
        q = self.word_query(self.word_norm(x)).flatten(2)
        k, v = self.word_key_value(words).transpose(1, 2).chunk(2, dim=1)
        seen = F.scaled_dot_product_attention(
            self._split(q), self._split(k), self._split(v), attn_mask=word_mask[:, None, None, :]
        )
        return x + self.word_out(seen.transpose(2, 3).reshape(shape))


class Level(nn.Module):
    """Two residual blocks of one resolution, then attention."""

    def __init__(self, inputs: tuple[int, int], width: int, embedding: int, *, places: bool) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(ResBlock(i, width, embedding) for i in inputs)
        self.attention = Attention(width, places=places)


class Fine(nn.Module):
    """The last word at the latents' own resolution, where it is seen at once which grain is noise.

    Patches alone were slow to learn that: flat skies stayed grainy after 20,000 samples.
    """

    def __init__(self, features: int, embedding: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(2 * LATENT_CHANNELS + DRAFT_CHANNELS + features, FINE_WIDTH, 3, padding=1)
        self.blocks = nn.ModuleList(ResBlock(FINE_WIDTH, FINE_WIDTH, embedding) for _ in range(3))
        self.norm = nn.GroupNorm(16, FINE_WIDTH)
        self.head = nn.Conv2d(FINE_WIDTH, LATENT_CHANNELS, 3, padding=1)
        nn.init.zeros_(self.head.weight)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x, embedding)
        return self.head(F.silu(self.norm(x)))


class Denoiser(nn.Module):
    """Velocity from (latents, time, draft, words).

    Shapes: latents (n, 16, h, w) with h and w multiples of 8; time (n,) in [0, 1]; draft (n, 17, h, w);
    words (n, l, 384) and word_mask (n, l) bool, True at words. No words at all is zeros with only the
    first place True.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        embedding = 3 * widths[0]
        self.frequencies = 64
        self.time = nn.Sequential(
            nn.Linear(2 * self.frequencies, embedding), nn.SiLU(), nn.Linear(embedding, embedding)
        )
        self.meaning = nn.Linear(TEXT_WIDTH, embedding)
        self.stem = nn.Conv2d((LATENT_CHANNELS + DRAFT_CHANNELS) * PATCH**2, widths[0], 3, padding=1)
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        self.up, self.grow = nn.ModuleList(), nn.ModuleList()
        width = widths[0]
        for depth, level_width in enumerate(widths):
            if depth > 0:
                self.shrink.append(nn.Conv2d(width, level_width, 3, stride=2, padding=1))
            width = level_width
            self.down.append(Level((width, width), width, embedding, places=depth > 0))
        self.middle = ResBlock(width, width, embedding)
        for depth, level_width in reversed(list(enumerate(widths))):
            width = level_width
            self.up.append(Level((2 * width, 2 * width), width, embedding, places=depth > 0))
            if depth > 0:
                self.grow.append(nn.Conv2d(width, widths[depth - 1], 3, padding=1))
        self.norm = nn.GroupNorm(16, width)
        self.head = nn.Conv2d(width, LATENT_CHANNELS * PATCH**2, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        self.fine = Fine(width // PATCH**2, embedding)

    def forward(
        self, latents: Tensor, time: Tensor, draft: Tensor, words: Tensor, word_mask: Tensor
    ) -> Tensor:
        embedding = self._embed(time, words, word_mask)
        x = self.stem(F.pixel_unshuffle(torch.cat([latents, draft], dim=1), PATCH))
        kept: list[Tensor] = []
        for depth, level in enumerate(self.down):
            if depth > 0:
                x = self.shrink[depth - 1](x)
            for block in level.blocks:
                x = block(x, embedding)
                kept.append(x)
            x = level.attention(x, words, word_mask)
        x = self.middle(x, embedding)
        for depth, level in enumerate(self.up):
            for block in level.blocks:
                x = block(torch.cat([x, kept.pop()], dim=1), embedding)
            x = level.attention(x, words, word_mask)
            if depth < len(self.grow):
                x = self.grow[depth](F.interpolate(x, scale_factor=2.0, mode="nearest"))
        x = F.silu(self.norm(x))
        learnt = F.pixel_shuffle(self.head(x), PATCH)
        guess = linear_estimate(latents, time, draft) + learnt
        return guess + self.fine(torch.cat([latents, draft, guess, F.pixel_shuffle(x, PATCH)], 1), embedding)

    def _embed(self, time: Tensor, words: Tensor, word_mask: Tensor) -> Tensor:
        rates = torch.exp(
            torch.arange(self.frequencies, device=time.device) * (-math.log(10000) / self.frequencies)
        )
        angles = time[:, None] * 1000 * rates
        waves = torch.cat([angles.cos(), angles.sin()], dim=1)
        weight = word_mask.to(words.dtype)
        meaning = (words * weight[:, :, None]).sum(1) / weight.sum(1, keepdim=True).clamp(min=1)
        return self.time(waves) + self.meaning(meaning)
